/* What the tests of the JavaScript client need around them: tests that are counted, the real server, a proxy that
 * breaks connections, and a clock that is turned by hand. */
import { spawn } from 'node:child_process';
import net from 'node:net';

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* ---- Tests ---- */

const LIMIT_MS = 20000;
const tests = [];
export const cleanups = [];

export function test(name, run) {
	tests.push({ name, run });
}

export function equal(got, want, what = '') {
	const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
	if (a !== b) {
		throw new Error(`${what}${what && ': '}got ${a}, want ${b}`);
	}
}

export function ok(good, what) {
	if (!good) {
		throw new Error(what);
	}
}

/* The code of the error that the promise is rejected with. */
export async function codeOf(promise) {
	try {
		await promise;
	} catch (error) {
		return error.code || String(error);
	}
	return 'none';
}

export async function until(what, condition, ms = 8000) {
	for (const end = Date.now() + ms; !condition();) {
		if (Date.now() > end) {
			throw new Error(`never happened: ${what}`);
		}
		await delay(5);
	}
}

function limited(run) {
	let timer;
	const late = new Promise((resolve, reject) => {
		timer = setTimeout(() => reject(new Error(`took more than ${LIMIT_MS} ms`)), LIMIT_MS);
	});
	return Promise.race([run(), late]).finally(() => clearTimeout(timer));
}

export async function runAll(filter) {
	const stray = [];
	let passed = 0;
	let failed = 0;
	process.on('unhandledRejection', (error) => stray.push(error));
	process.on('uncaughtException', (error) => stray.push(error));
	for (const { name, run } of tests.filter((one) => name_matches(one.name, filter))) {
		let error = null;
		try {
			await limited(run);
		} catch (thrown) {
			error = thrown;
		}
		for (const clean of cleanups.splice(0).reverse()) {
			await clean();
		}
		error = error || stray[0];
		stray.length = 0;
		error ? failed++ : passed++;
		console.log(error ? `not ok ${name}: ${error.stack}` : `ok ${name}`);
	}
	return { passed, failed };
}

const name_matches = (name, filter) => !filter || name.includes(filter);

/* ---- The real server ---- */

export async function freePort() {
	const probe = net.createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => probe.once('listening', resolve));
	const { port } = probe.address();
	await new Promise((resolve) => probe.close(resolve));
	return port;
}

export class Server {
	constructor(options = {}) {
		this.options = options;
		this.child = null;
		this.output = '';
	}

	async start() {
		this.port = this.port || await freePort();
		const child = spawn('php', ['-n', '-d', `extension=${process.env.CHATROOM_SO}`, process.env.SERVER_PHP,
			String(this.port), JSON.stringify(this.options)], { stdio: ['ignore', 'pipe', 'pipe'] });
		this.child = child;
		await new Promise((resolve, reject) => {
			const see = (data) => {
				this.output += data;
				this.output.includes('ready\n') && resolve();
			};
			child.stdout.on('data', see);
			child.stderr.on('data', see);
			child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${this.output}`)));
		});
		return this;
	}

	async stop(signal = 'SIGKILL') {
		const { child } = this;
		this.child = null;
		this.output = '';
		if (child && child.exitCode === null && child.signalCode === null) {
			const gone = new Promise((resolve) => child.once('exit', resolve));
			child.kill(signal);
			await gone;
		}
	}
}

/* ---- A proxy whose connections can be cut, frozen, or made deaf (what the server says is lost) ---- */

export class Proxy {
	constructor(server) {
		this.server = server;
		this.pairs = new Set();
		this.deaf = false;
		this.frozen = false;
		this.opened = 0;
		cleanups.push(() => this.stop());
	}

	async start() {
		this.listener = net.createServer((client) => this.take(client)).listen(0, '127.0.0.1');
		await new Promise((resolve) => this.listener.once('listening', resolve));
		this.url = `ws://127.0.0.1:${this.listener.address().port}/ws`;
		return this;
	}

	take(client) {
		const far = net.connect(this.server.port, '127.0.0.1');
		const pair = [client, far];
		const end = () => {
			this.pairs.delete(pair);
			pair.forEach((socket) => socket.destroy());
		};
		this.opened++;
		this.pairs.add(pair);
		client.on('data', (data) => this.frozen || far.write(data));
		far.on('data', (data) => this.frozen || this.deaf || client.write(data));
		pair.forEach((socket) => socket.on('error', end).on('close', end));
	}

	cut() {
		for (const pair of [...this.pairs]) {
			pair.forEach((socket) => socket.resetAndDestroy());
		}
		this.deaf = this.frozen = false;
	}

	async stop() {
		this.cut();
		await new Promise((resolve) => this.listener.close(resolve));
	}
}

/* ---- A clock that is turned by hand ---- */

export class Clock {
	time = 1000000;
	luck = 0.5; // what random() gives
	due = [];

	timers = {
		set: (fn, ms) => {
			const timer = { fn, at: this.time + ms };
			this.due.push(timer);
			return timer;
		},
		clear: (timer) => { this.due = this.due.filter((one) => one !== timer); },
		now: () => this.time,
		random: () => this.luck,
	};

	/* What is due happens at its time; promises in between get their turn. */
	async turn(ms) {
		const end = this.time + ms;
		for (;;) {
			for (let i = 0; i < 10; i++) {
				await null;
			}
			const next = this.due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (!next) {
				break;
			}
			this.timers.clear(next);
			this.time = Math.max(this.time, next.at);
			next.fn();
		}
		this.time = end;
	}
}
