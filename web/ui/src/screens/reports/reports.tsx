import type { TenantProps } from '../props';
import { ControlPage } from './control';
import { ControlList } from './list';
import { MakeReport } from './make';
import { NEW } from './places';

export function Reports(props: TenantProps) {
  const [first] = props.path;
  if (first === undefined) return <ControlList {...props} />;
  if (first === NEW) return <MakeReport {...props} />;
  return <ControlPage key={first} {...props} id={first} />;
}
