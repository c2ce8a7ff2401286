import { readKeys } from '../../api/admin';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { Card, Notice } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import type { AdminProps } from '../props';
import { Copied } from './keep_it';
import { Whole } from './parts';

export function KeysPart(_: AdminProps) {
  const loaded = useLoad('keys', readKeys);
  return (
    <>
      <p class="lead">{t.admin.keys.lead}</p>
      <Whole loaded={loaded}>
        {({ keys, all_good }) => (
          <>
            <Notice tone={all_good ? 'good' : 'bad'}>{all_good ? t.admin.keys.good : t.admin.keys.bad}</Notice>
            <CardTable
              caption={t.admin.keys.table}
              rows={keys}
              keyOf={(one) => `${one.key} ${one.where} ${one.id}`}
              columns={[
                {
                  head: t.admin.keys.key,
                  names: true,
                  cell: (one) => (
                    <span class="named">
                      {t.admin.keys.names[one.key] ?? one.key}
                      <span class="hint">{t.admin.keys.what[one.key]}</span>
                    </span>
                  ),
                },
                { head: t.admin.state, cell: (one) => <Raw text={one.state} /> },
                { head: t.admin.keys.id, cell: (one) => <code>{one.id}</code> },
                { head: t.admin.keys.where, cell: (one) => <Raw text={one.where} /> },
              ]}
            />
          </>
        )}
      </Whole>
      <Card title={t.admin.keys.rotate}>
        <p>{t.admin.keys.rotateWhat}</p>
        <Copied label={t.admin.command} text="countersign key rotate vault" />
      </Card>
    </>
  );
}
