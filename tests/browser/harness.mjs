/* What a browser test needs around it: a server that can be killed and started again, a count of
 * checks, and pages whose every complaint is kept. */
import { spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { stripVTControlCharacters } from 'node:util';

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function freePort() {
	const probe = net.createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => probe.once('listening', resolve));
	const { port } = probe.address();
	await new Promise((resolve) => probe.close(resolve));
	return port;
}

export function get(url) {
	return new Promise((resolve, reject) => {
		const request = http.get(url, { timeout: 2000 }, (response) => {
			let body = '';
			response.setEncoding('utf8');
			response.on('data', (part) => { body += part; });
			response.on('end', () => resolve({ status: response.statusCode, body }));
			response.on('error', reject);
		});
		request.on('timeout', () => request.destroy(new Error('timeout')));
		request.on('error', reject);
	});
}

export class Server {
	constructor(command, port) {
		this.command = command.replaceAll('PORT', String(port));
		this.page = `http://127.0.0.1:${port}/`;
		this.child = null;
		this.output = '';
	}

	/* A process group of its own, so that the end reaches what the shell started too. */
	async start() {
		const child = spawn('sh', ['-c', 'exec ' + this.command], {
			detached: true,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		child.stdout.on('data', (data) => { this.output += data; });
		child.stderr.on('data', (data) => { this.output += data; });
		this.child = child;
		for (let i = 0; i < 100; i++) {
			if (child.exitCode !== null || child.signalCode !== null) {
				break;
			}
			try {
				return await get(this.page);
			} catch (error) {
				await delay(50);
			}
		}
		await this.stop();
		throw new Error(`the server did not come up: ${this.command}\n${this.output}`);
	}

	async stop(signal = 'SIGKILL') {
		const child = this.child;
		this.child = null;
		if (!child || child.exitCode !== null || child.signalCode !== null) {
			return;
		}
		const gone = new Promise((resolve) => child.once('exit', resolve));
		process.kill(-child.pid, signal);
		await gone;
	}
}

/* In front of the server: its connections can be cut, and new ones refused. */
export class Proxy {
	sockets = new Set();
	refuse = false;

	constructor(port) {
		this.listener = net.createServer((client) => {
			if (this.refuse) {
				client.destroy();
				return;
			}
			const far = net.connect(port, '127.0.0.1');
			for (const [socket, other] of [[client, far], [far, client]]) {
				this.sockets.add(socket);
				socket.on('error', () => {}).on('close', () => {
					this.sockets.delete(socket);
					other.destroy();
				});
				socket.pipe(other);
			}
		});
	}

	async start() {
		this.listener.listen(0, '127.0.0.1');
		await new Promise((resolve) => this.listener.once('listening', resolve));
		this.page = `http://127.0.0.1:${this.listener.address().port}/`;
		return this;
	}

	cut() {
		this.sockets.forEach((socket) => socket.destroy());
	}

	async stop() {
		this.cut();
		await new Promise((resolve) => this.listener.close(resolve));
	}
}

export class Checks {
	passed = 0;
	failed = 0;

	ok(good, what, detail = '') {
		if (good) {
			this.passed++;
			console.log('ok ' + what);
		} else {
			this.failed++;
			console.log('not ok ' + what + (detail === '' ? '' : `: ${detail}`));
		}
	}

	equal(got, want, what) {
		this.ok(got === want, what, `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
	}

	/* An action that throws (a selector never found) is a failed check, not the end of the run. */
	async works(what, action) {
		try {
			await action();
			this.ok(true, what);
		} catch (error) {
			this.ok(false, what, stripVTControlCharacters(error.message).split('\n', 3).join(' | '));
		}
	}
}

/* Complaints of a page; while `outage` is set, refused sockets are what it should report. */
export class Complaints {
	list = [];
	outage = false;

	async watch(page, name) {
		page.on('pageerror', (error) => this.list.push(`${name}: ${error}`));
		page.on('requestfailed', (request) => {
			this.list.push(`${name}: ${request.url()} ${request.failure()?.errorText}`);
		});
		page.on('response', (response) => {
			if (response.status() >= 400) {
				this.list.push(`${name}: ${response.url()} ${response.status()}`);
			}
		});
		page.on('console', (message) => {
			const refused = /^WebSocket connection to '[^']*' failed/.test(message.text());
			if (['error', 'warning'].includes(message.type()) && !(refused && this.outage)) {
				this.list.push(`${name}: console ${message.type()}: ${message.text()}`);
			}
		});
		await page.addInitScript(() => {
			window.violations = [];
			document.addEventListener('securitypolicyviolation', (event) => {
				window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
			});
		});
	}

	async collect(page, name) {
		const violations = await page.evaluate(() => window.violations);
		this.list.push(...violations.map((text) => `${name}: CSP ${text}`));
	}
}

/* Runs in the page: the contrast of each [selector, pseudo] by WCAG 2, text over solid colours. */
export function contrasts(wanted) {
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = 1;
	const context = canvas.getContext('2d', { willReadFrequently: true });
	const paint = (colours) => { // any CSS colour, the first one at the bottom
		context.clearRect(0, 0, 1, 1);
		for (const colour of colours) {
			context.fillStyle = colour;
			context.fillRect(0, 0, 1, 1);
		}
		return [...context.getImageData(0, 0, 1, 1).data];
	};
	const behind = (element) => {
		const colours = [];
		for (let node = element; node; node = node.parentElement) {
			const style = getComputedStyle(node);
			colours.unshift(style.backgroundColor);
			if (style.backgroundImage !== 'none' || style.opacity !== '1') {
				return null; // not solid: nothing can be said
			}
		}
		return colours;
	};
	const luminance = (pixel) => {
		const [r, g, b] = pixel.slice(0, 3).map((value) => {
			const part = value / 255;
			return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	return wanted.map(([selector, pseudo]) => {
		const all = [...document.querySelectorAll(selector)];
		const element = all.find((one) => one.getClientRects().length);
		const below = element && behind(element);
		if (!below) {
			return { selector, ratio: 0 };
		}
		const ground = luminance(paint(below));
		const ink = luminance(paint([...below, getComputedStyle(element, pseudo).color]));
		const ratio = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05);
		return { selector, ratio: Math.floor(ratio * 100) / 100 };
	});
}
