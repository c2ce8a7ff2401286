import { useState } from 'preact/hooks';
import { testSource, type Source, type Tested } from '../../api/admin';
import { useAction } from '../../load';
import { hrefOf } from '../../route';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { Button, ButtonLink, SelectField } from '../../ui/controls';
import { Card, Pairs } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText } from '../../ui/time';

/** Stores one event that says it is a test, and shows its receipt. */
export function TestEvent({ source, reload }: { source: Source; reload: () => void }) {
  const known = useStore(tenants)?.tenants.map((one) => one.tenant) ?? [];
  const choices = source.tenants.length > 0 ? source.tenants : known;
  const [tenant, setTenant] = useState(choices[0] ?? '');
  const [tested, setTested] = useState<Tested | undefined>();
  const action = useAction();
  const send = () =>
    action.run(async () => {
      setTested(undefined);
      setTested(await testSource(source.source, tenant));
      reload();
    });
  return (
    <Card title={t.admin.source.test}>
      <p>{t.admin.source.testWhat}</p>
      {choices.length > 1 && <SelectField label={t.admin.source.testTenant} value={tenant} options={choices.map((value) => ({ value, text: value }))} onValue={setTenant} />}
      <ProblemNotice error={action.error} />
      <div class="actions">
        <Button busy={action.busy} disabled={tenant === ''} onClick={send}>
          {t.admin.source.testSend}
        </Button>
      </div>
      {tested && (
        <div class="receipt" role="status">
          <p>
            <strong>{t.admin.source.testDone}</strong>
          </p>
          <Pairs
            pairs={[
              [t.admin.source.receipt.log, <Raw text={tested.receipt.log} />],
              [t.admin.source.receipt.seq, numberText(tested.receipt.seq)],
              [t.admin.source.receipt.hash, <code>{tested.receipt.hash}</code>],
            ]}
          />
          <div>
            <ButtonLink href={hrefOf(['t', tested.tenant, 'events', tested.receipt.seq])}>{t.admin.source.toRecord}</ButtonLink>
          </div>
        </div>
      )}
    </Card>
  );
}
