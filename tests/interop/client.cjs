// A chat client on npm ws; the line protocol of client.py.
'use strict';
const readline = require('readline');
const WebSocket = require('ws');

const ws = new WebSocket(process.argv[2]);
const say = (line) => process.stdout.write(line + '\n');

ws.on('open', () => {
	say('open');
	readline.createInterface({ input: process.stdin }).on('line', (line) => {
		const at = line.indexOf(' ');
		const order = at < 0 ? line : line.slice(0, at);
		const rest = line.slice(at + 1);
		if (order === 'send') {
			const frame = JSON.stringify({ message: JSON.parse(rest) });
			if (frame.length < 20000) {
				ws.send(frame);
			} else { // in three fragments, cut anywhere
				const bytes = Buffer.from(frame);
				ws.send(bytes.subarray(0, 7001), { binary: false, fin: false });
				ws.send(bytes.subarray(7001, 7002), { binary: false, fin: false });
				ws.send(bytes.subarray(7002), { binary: false, fin: true });
			}
		} else if (order === 'ping') {
			ws.ping('interop');
		} else if (order === 'close') {
			ws.close(Number(rest));
		}
	});
});
ws.on('message', (data, binary) => say('got ' + JSON.stringify(binary ? '(binary)' : data.toString())));
ws.on('pong', (data) => say(data.toString() === 'interop' ? 'pong' : 'wrong pong'));
ws.on('error', (error) => process.stderr.write(`ws: ${error.message}\n`));
ws.on('close', (code) => { say('closed ' + code); process.exit(0); });
