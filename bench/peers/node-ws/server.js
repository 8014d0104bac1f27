// The same exchange on Node's ws: parse once, serialise once, send to everybody else.
// With "deflate" as second argument messages are compressed, from the size on from which ours are.
'use strict';

const { randomUUID } = require('node:crypto');
const { WebSocket, WebSocketServer } = require('ws');

const port = Number(process.argv[2]);
const perMessageDeflate = process.argv[3] === 'deflate' ? { threshold: 128 } : false;
const server = new WebSocketServer({ host: '127.0.0.1', port, backlog: 4096, perMessageDeflate });

server.on('connection', (socket) => {
    const uid = randomUUID();
    socket.on('message', (data) => {
        const out = JSON.stringify({ message: JSON.parse(data).message, uid });
        for (const client of server.clients) {
            if (client !== socket && client.readyState === WebSocket.OPEN) {
                client.send(out);
            }
        }
    });
    socket.on('error', () => socket.terminate());
});
