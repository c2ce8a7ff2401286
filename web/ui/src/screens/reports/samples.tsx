import type { Definition } from '../../api/controls';
import { t } from '../../texts';
import { Button, SelectField, TextField, type Option } from '../../ui/controls';
import { METHODS, type Draft, type Faults, type Method, type SampleChoice } from './order';

interface SamplesProps {
  draft: Draft;
  definitions: readonly Definition[];
  faults: Faults | undefined;
  onChange: (next: Partial<Draft>) => void;
}

/** Which samples of the populations are drawn, and by which seed. */
export function SamplesField({ draft, definitions, faults, onChange }: SamplesProps) {
  const { samples } = draft;
  const words = t.makeReport;
  const controls: Option[] = [{ value: '', text: words.sampleEach }, ...definitions.map((one) => ({ value: one.id, text: one.id }))];
  const put = (at: number, next: Partial<SampleChoice>) => onChange({ samples: samples.map((one, number) => (number === at ? { ...one, ...next } : one)) });
  return (
    <div class="form">
      <p class="soft">{words.samplesWhat}</p>
      {samples.map((one, at) => (
        <fieldset key={at}>
          <legend class="unseen">{words.sample(at + 1)}</legend>
          <div class="sample-row">
            <SelectField label={words.sampleControl} value={one.control} options={controls} onValue={(control) => put(at, { control })} />
            <SelectField label={words.sampleMethod} value={one.method} options={METHODS.map((value) => ({ value, text: words.sampleMethods[value] }))} onValue={(method) => put(at, { method: method as Method })} />
            <TextField label={words.sampleSize} value={one.size} inputMode="numeric" onValue={(size) => put(at, { size: size.replace(/[^0-9]/g, '') })} error={faults?.sizes[at] ? words.sampleSizeWrong : undefined} />
            <Button label={words.removeSample(at + 1)} onClick={() => onChange({ samples: samples.filter((_, number) => number !== at) })}>
              {words.remove}
            </Button>
          </div>
        </fieldset>
      ))}
      {samples.length > 0 && <TextField label={words.seed} hint={words.seedHint} value={draft.seed} maxLength={200} onValue={(seed) => onChange({ seed })} error={faults?.seed} />}
      <div>
        <Button onClick={() => onChange({ samples: [...samples, { control: '', method: 'random', size: '25' }] })}>{words.addSample}</Button>
      </div>
    </div>
  );
}
