// As much of gRPC and protobuf as atest needs to speak to a plugin, over its Unix socket.
import http2 from 'node:http2';
import net from 'node:net';

function varint(number) {
  const bytes = [];
  for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
  return Buffer.from([...bytes, number]);
}

/** A message of texts by their field numbers. */
function encoded(texts) {
  return Buffer.concat(
    Object.entries(texts).flatMap(([field, text]) => {
      const bytes = Buffer.from(text);
      return [varint(Number(field) * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

/** The fields of a message: numbers, and bytes for all else. */
export function fields(bytes) {
  const found = [];
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    if (tag % 8 === 0) found.push([tag >> 3, number()]);
    else {
      const length = number();
      found.push([tag >> 3, bytes.subarray(at, at + length)]);
      at += length;
    }
  }
  return found;
}

/** One call of `remote.Loader`: the fields of the reply, or an error with gRPC's code. A new connection each, as atest does. */
export function call(socket, name, texts, metadata = {}) {
  return new Promise((resolve, reject) => {
    const session = http2.connect('http://localhost', { createConnection: () => net.connect(socket) });
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': `/remote.Loader/${name}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...metadata,
    });
    const pieces = [];
    let status = {};
    stream.on('response', (headers) => (status = headers));
    stream.on('trailers', (trailers) => (status = trailers));
    stream.on('data', (piece) => pieces.push(piece));
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      const code = Number(status['grpc-status'] ?? 2);
      if (code !== 0) {
        const text = decodeURIComponent(status['grpc-message'] || '');
        reject(Object.assign(new Error(text), { code }));
      } else resolve(fields(Buffer.concat(pieces).subarray(5)));
    });
    const message = encoded(texts);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([head, message]));
  });
}
