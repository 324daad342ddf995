// A model server in OpenAI's language that says what a case wants, on the port that the plugin's config names.
import http from 'node:http';

/** Starts it; `say` is the text of the next answers, `delay` the time that they take; `cancelled` counts those that nobody waited for. */
export async function startModel(options) {
  const model = { say: '', delay: 0, models: ['plain-model'], keys: [], cancelled: 0, ...options };
  const server = http.createServer(async (request, response) => {
    const body = [];
    for await (const piece of request) body.push(piece);
    model.keys.push(request.headers.authorization ?? '');
    const send = (document) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(document));
    };
    if (model.accepts && model.keys.at(-1) !== model.accepts) {
      response.writeHead(401, { 'Content-Type': 'application/json' });
      return response.end('{"error":{"message":"no such key"}}');
    }
    if (request.url.endsWith('/models'))
      return send({ object: 'list', data: model.models.map((id) => ({ id, object: 'model' })) });
    response.on('close', () => (model.cancelled += response.writableFinished ? 0 : 1));
    model.prompt = Buffer.concat(body).toString();
    if (model.delay) await new Promise((go) => setTimeout(go, model.delay).unref());
    send({
      id: 'x',
      object: 'chat.completion',
      model: model.models[0],
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: model.say } }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    });
  });
  await new Promise((go) => server.listen(Number(process.env.MODEL_PORT), '127.0.0.1', go));
  model.stop = () => server.closeAllConnections() ?? server.close();
  return model;
}
