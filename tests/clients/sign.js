// Signs a body on standard input the way a provider's own library does and prints the header fields as JSON.
//
//   node sign.js standard_webhooks SECRET ID TIME < body
//   node sign.js twilio AUTH_TOKEN URL < body        the URL carries bodySHA256
//   node sign.js twilio_form AUTH_TOKEN URL < form
//   node sign.js body_hash < body                    Twilio's bodySHA256
const { createRequire } = require('node:module');
const from = createRequire(process.env.CLIENTS + '/package.json');
const body = require('node:fs').readFileSync(0, 'utf8');
const [scheme, secret, a, b] = process.argv.slice(2);

function headers() {
  if (scheme === 'standard_webhooks') {
    const { Webhook } = from('standardwebhooks');
    const time = new Date(Number(b) * 1000);
    return { 'webhook-id': a, 'webhook-timestamp': b, 'webhook-signature': new Webhook(secret).sign(a, time, body) };
  }
  const { getExpectedTwilioSignature, getExpectedBodyHash } = from('twilio/lib/webhooks/webhooks');
  if (scheme === 'body_hash') return { bodySHA256: getExpectedBodyHash(body) };
  const fields = scheme === 'twilio_form' ? Object.fromEntries(new URLSearchParams(body)) : {};
  return { 'X-Twilio-Signature': getExpectedTwilioSignature(secret, a, fields) };
}

process.stdout.write(JSON.stringify(headers()));
