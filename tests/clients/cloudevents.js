// Sends an event with the CloudEvents SDK in one of its modes and prints the answer.
//
//   node cloudevents.js binary|structured|batch URL TOKEN ID
const { createRequire } = require('node:module');
const from = createRequire(process.env.CLIENTS + '/package.json');
const { CloudEvent, HTTP } = from('cloudevents');
const [mode, url, token, id] = process.argv.slice(2);

const event = (name) => new CloudEvent({
  id: name, source: '/shop/otp', type: 'com.example.challenge.sent', time: '2026-01-31T09:30:00Z',
  datacontenttype: 'application/json',
  data: { tenant: 'acme', actor: { id: 'u-17' }, challenge: { id: 'c-9', factor: 'sms' } },
});

let message;
if (mode === 'batch') {
  message = {
    headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
    body: JSON.stringify([event(id), event(id + '-b')]),
  };
} else {
  message = HTTP[mode](event(id));
}
fetch(url, { method: 'POST', headers: { ...message.headers, authorization: `Bearer ${token}` }, body: message.body })
  .then(async (answer) => console.log(JSON.stringify({ status: answer.status, body: await answer.json() })));
