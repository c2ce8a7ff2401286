import { fileNameOf, type Bundle } from '../../api/bundles';
import { t } from '../../texts';
import { ButtonLink, CopyButton } from '../../ui/controls';
import { Card } from '../../ui/parts';
import { tenantHref, type TenantProps } from '../props';

/** How the one who gets a bundle checks it. */
export function HowToCheck({ bundle, ...props }: TenantProps & { bundle: Bundle }) {
  const seal = bundle.seal ?? '';
  return (
    <Card title={t.evidence.seal.title}>
      <h3>{t.evidence.seal.seal}</h3>
      <Command text={seal} />
      <p class="hint">{t.evidence.seal.sealWhat}</p>
      <p>{t.evidence.seal.what}</p>
      <h3>{t.evidence.seal.browser}</h3>
      <p class="hint">{t.evidence.seal.browserWhat}</p>
      <div>
        <ButtonLink href={tenantHref(props, ['evidence', 'check'])}>{t.evidence.check}</ButtonLink>
      </div>
      <h3>{t.evidence.seal.command}</h3>
      <p class="hint">{t.evidence.seal.commandWhat}</p>
      <Command text={`countersign verify ${fileNameOf(bundle)} --fingerprint SHA256:…`} />
      <h3>{t.evidence.seal.stock}</h3>
      <p class="hint">{t.evidence.seal.stockWhat}</p>
      <Command text="sha256sum -c --strict --quiet tagmanifest-sha256.txt && sha256sum -c --strict --quiet manifest-sha256.txt" />
    </Card>
  );
}

function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} />
    </div>
  );
}
