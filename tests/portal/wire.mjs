// A connection that a test can hold and cut.
import { createServer, request as ask } from 'node:http';

/** A proxy through which so much of a bundle comes and no more; what is under way can be cut. */
export async function makeWire() {
  const wire = { most: Infinity, cut: () => {} };
  const server = createServer((request, response) => {
    const to = ask(request.url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      if (!request.url.endsWith('/content')) return answer.pipe(response);
      let sent = 0;
      wire.cut = () => response.destroy();
      answer.on('data', (piece) => {
        const part = piece.subarray(0, Math.max(0, wire.most - sent));
        sent += part.length;
        response.write(part);
      });
      return answer.on('end', () => sent < wire.most && response.end());
    });
    to.on('error', () => response.destroy());
    request.pipe(to);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(wire, {
    proxy: { server: `http://127.0.0.1:${server.address().port}`, bypass: '<-loopback>' },
    end: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}
