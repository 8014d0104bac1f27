<?php

/** @generate-class-entries */

/**
 * A chat server: WebSocket clients, plain HTTP requests and timers in one process and one event loop.
 *
 * Callbacks take part where they are set; what is not set costs nothing. Setters take null to remove the
 * callback, a second call replaces it, and both may be done at any time, even by the callback itself.
 * A generator function is refused as a callback (its body would never run).
 *
 * What a callback throws goes to onError(); without onError() it becomes a warning "Uncaught ...". Either way
 * the server goes on. exit() and fatal errors end run() in order: sockets are closed, then PHP shuts down.
 *
 * A client's "uid" is always its UUID, "userId" always the application's user.
 *
 * @strict-properties
 * @not-serializable
 */
final class Chatroom implements Countable
{
    /**
     * Version of the extension.
     *
     * @var string
     * @cvalue PHP_CHATROOM_VERSION
     */
    const VERSION = UNKNOWN;

    /**
     * Nothing is bound before run().
     *
     * Options (sizes in bytes; times in seconds, int or float, unless said otherwise):
     *  - origins: list of strings, default [] = same origin only. Web origins that may open a WebSocket
     *    ("https://example.com", "https://*.example.com" for its subdomains), "*" for any. Clients without an Origin header (not browsers) are let in.
     *  - allowed_hosts: list of strings, default [] = any. Values accepted in the Host header.
     *  - trusted_proxies: list of strings, default [] = none. Addresses ("192.0.2.1"), networks ("10.0.0.0/8") and
     *    "unix" (who comes through a unix socket) whose X-Forwarded-For and X-Forwarded-Proto are believed: the
     *    client's address, in ip and for limits, is the rightmost one that is not in this list.
     *  - tls: array, default none. For every wss:// address that brings none of its own; see listen().
     *  - max_message_size: 1 to 67108864, default 65536. A longer message closes its client with 1009.
     *  - max_fragments: 1 to 1000000, default 1024. Frames one message may consist of.
     *  - max_connections: 0 to 10000000, default 0 = as many as the limit of open files allows.
     *  - max_connections_per_ip: 0 to 10000000, default 0 = no limit.
     *  - handshake_timeout: 0.1 to 3600, default 10. From the connection to the end of its request head.
     *  - message_timeout: 0.1 to 3600, default 30. From a message's first byte to its last.
     *  - ping_interval: 0 (off) or 0.1 to 86400, default 25.
     *  - ping_timeout: 0.1 to 3600, default 20. Without a sign of life after a ping the client is closed.
     *  - idle_timeout: 0 (off) or 0.1 to 604800, default 0. Closes who sends no message for so long.
     *  - close_timeout: 0.1 to 3600, default 5. How long to wait for the peer's part of the closing handshake.
     *  - drain_timeout: 0 to 3600, default 10. How long a stopping server waits for its clients.
     *  - rate_limit: [messages 1 to 1000000, seconds 0.001 to 3600, burst 1 to 1000000] per client, null = off,
     *    default [20, 1, 40]. A basic client over it is read later, nothing is dropped; a chatroom.v1 client gets an error.
     *    A compressed message that inflates to more than 30 times its size costs up to nine messages; see docs/compression.md.
     *  - send_queue_limit: 1024 to 1073741824, default 1048576. Bytes that may wait for one client; over it
     *    the client is closed with 4101.
     *  - mem_limit: 1048576 to 1099511627776, default 268435456. Bytes of unfinished messages and requests that all
     *    clients together may make the server hold; over it those who hold the most are closed with 1013 (503).
     *  - coalesce: int, milliseconds, 0 (off) to 1000, default 0. How long a message to a room may wait for others,
     *    to go out with them in one write per client. Costs that latency (acks included), saves CPU.
     *  - rooms_per_client: 1 to 100000, default 128. Rooms one client may be in at a time.
     *  - history_size: 0 to 100000, default 100. Messages kept per room, at most 512 KiB of them; see setRoomOptions().
     *  - history_ttl: 1 to 31536000, default 300. How old they may become, and how long an empty room's are kept.
     *  - history_memory: 1048576 to 1099511627776, default 268435456. Bytes of messages kept in all rooms together:
     *    texts, data, names, and 120 each; the heap's share comes on top. Over it the oldest messages go, first of
     *    rooms that nobody is in; see docs/rooms.md.
     *  - resume_window: 0 (off) to 86400, default 120. How long a client (chatroom.v1) that was cut off can come back
     *    as the same: same uid, rooms and data, and what it missed.
     *  - presence: bool, default false. Members of a room are told who comes and goes; see setRoomOptions().
     *  - presence_grace: 0 to 3600, default 15. How long somebody who was cut off still counts as present, and a
     *    user as online.
     *  - single_session: false (default); "kick_old": a user's newer connection closes the older ones with 4001;
     *    "reject_new": it is refused.
     *  - guests: bool, default true. False: who is no user is refused, basic clients with 401, clients of chatroom.v1 after
     *    their first frame with 4003, so that a ticket may come in hello; onHandshake() need not refuse them.
     *  - secret: string of at least 32 bytes, default none. Signs the tickets of token(). A client may bring one
     *    as ?token=, as Authorization: Bearer, or in hello; a wrong or expired one is refused (401, 4003), without
     *    one it is a guest: onHandshake() may refuse guests.
     *  - api_token: string of at least 16 printable characters, default none. Opens the HTTP API under /api/ and /metrics
     *    for who sends it as a bearer token; see docs/http-api.md.
     *  - compression: false (default), true, or an array, for permessage-deflate (RFC 7692) with who offers it; see
     *    docs/compression.md. Keys: level 1 to 9, default 1; threshold, bytes under which a message is sent as it is,
     *    0 to 67108864, default 128; memory 1 to 9 (zlib's memLevel), default 8; client_window_bits 9 to 15, default 15;
     *    client_takeover: bool, default true.
     *  - backlog: 1 to 65535, default 511. Connections the kernel may keep waiting.
     *  - public: string, default none. Folder of static files for plain requests; must exist.
     *  - demo: bool, or null (default): on a loopback address, when neither public nor onRequest() is set. Serves the page
     *    of a chat at /.
     *  - callback_warn_ms: int, milliseconds, 0 (off) to 3600000, default 100. A callback that takes longer is
     *    logged as a warning: nobody is served meanwhile.
     *  - log: "stderr" (default), null = off, the path of a file that lines are appended to, or a callable
     *    (string $level, string $line).
     *  - log_level: "debug", "info" (default), "warning" or "error".
     *
     * @param string $url see listen()
     * @throws ValueError for a URL of another form, an unknown option (the nearest known one is named) and a
     *         value out of range
     * @throws TypeError for an option of the wrong type
     * @throws Chatroom\Exception when the log file cannot be opened, memory is short, and for a certificate as
     *         listen() does
     */
    public function __construct(string $url = "ws://127.0.0.1:8080/ws", array $options = []) {}

    /**
     * Adds an address to serve on. It is bound in run().
     *
     * Certificates and keys are read and checked here, and again when run() begins.
     *
     * @param string $url ws://HOST[:PORT][/PATH], wss:// likewise, or unix:///FILE[?path=/PATH]; HOST is a name, an
     *        IPv4 or an [IPv6] address; port 80 (wss: 443) when left out, 0 for any free one (stats()["listen"]
     *        tells); path /ws
     * @param array $tls for wss://; [] = the option tls. Keys:
     *  - cert: string, needed. PEM file with the certificate and what it was signed with.
     *  - key: string, default the file of cert. PEM file with the private key.
     *  - passphrase: string, default none. Of all the keys.
     *  - sni: array, host name => [cert, key] or a file with both, default []. Other certificates for these names;
     *    "*.example.com" stands for one label more. Any other name gets cert.
     *  - ca: string, default none. PEM file with those who sign clients' certificates: clients are asked for one.
     *  - verify_peer: "optional" (default: no certificate will do, a wrong one not) or "required"; needs ca.
     *  - min_version: "1.2" (default) or "1.3".
     * @throws ValueError when the URL is none of these, for an unknown key of $tls (the nearest known one is named),
     *         a wrong value, and wss:// without cert
     * @throws TypeError for a key of $tls of the wrong type
     * @throws Chatroom\Exception while running; and for a certificate or key that is missing, unreadable, malformed,
     *         not in force (any more), or does not belong to the other
     */
    public function listen(string $url, array $tls = []): static {}

    /**
     * Reads all certificates and keys of the wss:// addresses again, as SIGHUP does. Who is connected stays, new
     * connections get the new ones. When one of them is not usable, all stay as they are.
     *
     * @throws Chatroom\Exception as listen() does (SIGHUP logs it)
     */
    public function reloadTls(): void {}

    /**
     * Serves until stop(), SIGINT or SIGTERM, then delivers what was accepted, closes all clients with 1001,
     * waits for them up to drain_timeout and returns. Can be called again afterwards.
     *
     * @throws Chatroom\Exception outside the CLI SAPI, when this or another server is running in the process, and when it
     *         cannot start (address in use, folder unreadable, certificate expired, ...)
     */
    public function run(): void {}

    /**
     * Says in plain words what would keep this machine from serving: limits, addresses, libraries, certificates. Binds
     * the addresses for a moment; serves nobody.
     *
     *     php -r 'echo implode("\n", Chatroom::doctor()), "\n";'
     *
     * @param string $url as in the constructor
     * @param array $options as in the constructor; what is wrong with them is a line too
     * @return array list of lines that begin with "ok: ", "warning: " or "error: "
     */
    public static function doctor(string $url = "ws://127.0.0.1:8080/ws", array $options = []): array {}

    /** Makes run() return, in order. Does nothing when it is not running. */
    public function stop(): void {}

    /**
     * Appends a filter to the chain that every chat message of a client goes through before it is broadcast.
     *
     * @param callable $filter (string $text, Chatroom\Client $client): null|bool|string|array.
     *        null or true: go on; false: drop silently; a string, or an array with the key "message": go on
     *        with this text (UTF-8, at most max_message_size bytes); throw Chatroom\Reject: drop and tell the
     *        sender (where its dialect can). Anything else, or another exception, drops the message and is reported.
     * @throws ValueError for a generator function
     */
    public function addFilter(callable $filter): static {}

    /**
     * Decides who comes in, before the WebSocket is opened.
     *
     * @param callable|null $callback (Chatroom\Request $request): null|bool|int|string|array. null or true: come in; false: 403;
     *        an int: 400 to 499 or 503, the HTTP status of the refusal; a string: come in as this user (Client::$userId,
     *        1 to 255 bytes of UTF-8); an array with any of the keys "user_id" (string or int), "name" (string or null) and
     *        "data" (the client's $data); throw Chatroom\Reject: 403 with its reason. Anything else, or another
     *        exception: 500, and it is reported.
     */
    public function onHandshake(?callable $callback): static {}

    /**
     * A client is in; none of its messages has been read yet. When this throws, the client is closed with 1011.
     *
     * @param callable|null $callback (Chatroom\Client $client, Chatroom\Request $request): void
     */
    public function onOpen(?callable $callback): static {}

    /**
     * A chat message that passed the filters, or the new text of one ($message->edits is its seq). Filters see the text
     * alone; what a client sends along is in $message->data, and signals go to onSignal().
     *
     * @param callable|null $callback (Chatroom\Client $client, Chatroom\Message $message): the same answers as a
     *        filter's, see addFilter()
     */
    public function onMessage(?callable $callback): static {}

    /**
     * A signal of a client (chatroom.v1) to the others in a room: a name and any JSON, not kept. With addFilter() or
     * onMessage() this is all that clients can send to each other in words of their own.
     *
     * @param callable|null $callback (Chatroom\Client $client, string $room, string $name, mixed $data): null|bool. null or
     *        true: goes on; false: goes nowhere, and the sender is not told; throw Chatroom\Reject: the sender is told.
     *        Anything else, or another exception: nowhere, and it is reported.
     */
    public function onSignal(?callable $callback): static {}

    /**
     * Text frames go to this callback as they are and skip the JSON chat.
     *
     * @param callable|null $callback (Chatroom\Client $client, string $text): void; $text is UTF-8
     */
    public function onText(?callable $callback): static {}

    /**
     * Binary frames, as they are. Without this callback a binary frame closes its client with 1003.
     *
     * @param callable|null $callback (Chatroom\Client $client, string $bytes): void
     */
    public function onBinary(?callable $callback): static {}

    /**
     * A client wants into a room: what it asked for by ?room=, hello or join. Not called for Chatroom::join().
     *
     * @param callable|null $callback (Chatroom\Client $client, string $room): null|bool. null or true: in; false: no;
     *        throw Chatroom\Reject: no, and why. Anything else, or another exception: no, and it is reported. A client
     *        that speaks basic cannot be told: it is closed with 1008.
     */
    public function onJoin(?callable $callback): static {}

    /**
     * A client has left a room, by itself, by leave() or closeRoom(), or because it is gone (then before onClose()).
     *
     * @param callable|null $callback (Chatroom\Client $client, string $room): void
     */
    public function onLeave(?callable $callback): static {}

    /**
     * The first connection of a user is open.
     *
     * @param callable|null $callback (string $userId): void
     */
    public function onOnline(?callable $callback): static {}

    /**
     * The last connection of a user has been gone for presence_grace seconds.
     *
     * @param callable|null $callback (string $userId): void
     */
    public function onOffline(?callable $callback): static {}

    /**
     * A client is gone: exactly once for each that was open, whatever the cause.
     *
     * @param callable|null $callback (Chatroom\Client $client, int $code, string $reason): void; 1005 when the peer gave
     *        no code, 1006 when the connection broke
     */
    public function onClose(?callable $callback): static {}

    /**
     * A plain HTTP request that no static file answers.
     *
     * @param callable|null $callback (Chatroom\Request $request): null|string|array. null: 404; a string: 200,
     *        text/html in UTF-8; [int $status (200 to 599), array $headers, string $body], where a header's value is
     *        a string, an int or a list of strings. Date and framing headers (Content-Length, Connection, ...)
     *        are the server's. Throw Chatroom\Reject: 403 with its reason. Anything else, or another exception: 500,
     *        and it is reported.
     */
    public function onRequest(?callable $callback): static {}

    /**
     * What callbacks throw. An exception thrown by this one becomes a warning.
     *
     * @param callable|null $callback (Throwable $error, ?Chatroom\Client $client): void
     */
    public function onError(?callable $callback): static {}

    /**
     * The addresses are bound and the first client can come: the place to open databases.
     *
     * @param callable|null $callback (Chatroom $chatroom): void
     */
    public function onStart(?callable $callback): static {}

    /**
     * run() is about to return; all clients are gone.
     *
     * @param callable|null $callback (Chatroom $chatroom): void
     */
    public function onStop(?callable $callback): static {}

    /**
     * Calls back again and again while running.
     *
     * @param float $seconds 0.001 to 31536000
     * @param callable $callback (): void
     * @return int a positive id for cancel()
     * @throws ValueError for seconds out of range, or a generator function
     */
    public function every(float $seconds, callable $callback): int {}

    /**
     * Calls back once.
     *
     * @param float $seconds 0.001 to 31536000; counted from run() when not running yet
     * @param callable $callback (): void
     * @return int a positive id for cancel()
     * @throws ValueError for seconds out of range, or a generator function
     */
    public function after(float $seconds, callable $callback): int {}

    /** Ends a timer of every() or after(). False when there is none of this id (any more). */
    public function cancel(int $timer): bool {}

    /**
     * Sends a chat message of the server's own (its uid is the nil UUID) to every client.
     *
     * @param string|array $message UTF-8, or ["message" => string, "data" => mixed]; data reaches only clients
     *        whose dialect can carry it
     * @param array $except list of uids
     * @return int clients it was queued for
     * @throws ValueError when the text is not UTF-8 or the array has another shape
     */
    public function broadcast(string|array $message, array $except = []): int {}

    /**
     * The same to one client or some.
     *
     * @param string|array $uid a uid or a list of them; who is not there is passed over
     * @param string|array $message as in broadcast()
     * @return int clients it was queued for
     * @throws ValueError when the text is not UTF-8 or the array has another shape
     */
    public function sendTo(string|array $uid, string|array $message): int {}

    /**
     * The same to all connections of a user or some.
     *
     * @param string|array $userId a user id or a list of them (ints, as PHP makes of array keys like "42", will do); who
     *        is not online is passed over
     * @param string|array $message as in broadcast()
     * @return int clients it was queued for
     * @throws ValueError when the text is not UTF-8 or the array has another shape
     */
    public function sendToUser(string|array $userId, string|array $message): int {}

    /**
     * The same to a room or some, as a message of the room: it gets a seq and is kept in the history, also
     * when nobody is there.
     *
     * @param string|array $room a room's name or a list of them (ints as in sendToUser())
     * @param string|array $message as in broadcast()
     * @param array $except list of uids
     * @return int clients it was queued for
     * @throws ValueError when the text is not UTF-8, the array has another shape, or for a name that is none
     */
    public function sendToRoom(string|array $room, string|array $message, array $except = []): int {}

    /**
     * Puts a client into a room; onJoin() is not asked.
     *
     * @param string $room 1 to 255 bytes of UTF-8 without control characters
     * @return bool false when there is no such client, or it is in rooms_per_client rooms
     * @throws ValueError for a name that is none
     */
    public function join(string $uid, string $room): bool {}

    /** Takes a client out of a room, also one that was cut off and could resume. False when it was not in it. */
    public function leave(string $uid, string $room): bool {}

    /**
     * Takes everybody out of a room; clients that speak basic and are in no other are closed with 4000.
     * Who was cut off, and could resume, does not come back to it.
     *
     * @return int how many were in it
     */
    public function closeRoom(string $room): int {}

    /** The rooms that somebody is in: name => number of clients. */
    public function rooms(): array {}

    /** Who is in a room: uid => user id, or null for a guest. */
    public function members(string $room): array {}

    /**
     * What was said in a room, oldest first: a list of arrays with the keys message, uid, room, seq, time (Unix ms) and,
     * where there is one, user, name, data and edited; of a deleted message type ("delete"), uid, room, seq and time.
     *
     * @param int $limit 1 to 200
     * @param int|null $before only messages with a smaller seq
     * @throws ValueError for a limit out of range or a name that is none
     */
    public function history(string $room, int $limit = 50, ?int $before = null): array {}

    /**
     * Changes a kept message, whoever wrote it; the room is told.
     *
     * @return bool false when it is not kept (any more)
     * @throws ValueError when the text is not UTF-8
     */
    public function editMessage(string $room, int $seq, string $text): bool {}

    /** Empties a kept message; the room is told. False when it is not kept (any more). */
    public function deleteMessage(string $room, int $seq): bool {}

    /**
     * Makes a room, or all rooms whose names begin alike, different from the defaults.
     *
     * @param string $room a name, or the beginning of names followed by "*"; the whole name counts before a beginning,
     *        a longer beginning before a shorter one (so there are no rules for a room whose own name ends in "*"); at most 10000 of both
     * @param array|null $options null or []: nothing special any more. Else these keys, the others as by default:
     *  - history_size: 0 to 100000, default the option history_size.
     *  - history_ttl: seconds, 1 to 31536000, default the option history_ttl.
     *  - presence: bool, default the option presence.
     *  - slow_mode: seconds between two messages of one member, 0 (off) to 86400, default 0.
     *  - post: "all" (default), "users" (only who has a user id) or "server" (announcements).
     * @throws ValueError for a name that is none, an unknown key (the nearest known one is named) or a value out of range
     * @throws TypeError for a value of the wrong type
     * @throws Chatroom\Exception when there are 10000 already
     */
    public function setRoomOptions(string $room, ?array $options): static {}

    /**
     * One message per so many seconds from each member of a room, or of all whose names begin alike (see
     * setRoomOptions()); 0: off. Other options of the room stay as they are.
     *
     * @param float $seconds 0 to 86400
     * @throws ValueError for seconds out of range or a name that is none
     */
    public function setSlowMode(string $room, float $seconds): void {}

    /** A user is online: has a connection, or had one presence_grace seconds ago. */
    public function isUserOnline(string $userId): bool {}

    /**
     * Closes all connections of a user with 4000; none of them can resume.
     *
     * @param string $reason UTF-8, at most 123 bytes
     * @return int how many
     * @throws ValueError for another reason text
     */
    public function kickUser(string $userId, string $reason = "", ?string $exceptUid = null): int {}

    /**
     * Whatever the user, or the client of that uid, says is refused ("muted"), in one room or everywhere.
     *
     * @param string $userOrUid a uid when it looks like one, else a user id
     * @param float $seconds 0 = for good, or 0.001 to 31536000
     * @throws ValueError for seconds out of range, an empty id or one of over 255 bytes, or a name that is none
     */
    public function mute(string $userOrUid, float $seconds, ?string $room = null, string $reason = ""): void {}

    /** Ends a mute() of the same kind. False when there was none. */
    public function unmute(string $userOrUid, ?string $room = null): bool {}

    /**
     * Refuses a user or an address, and closes their connections with 4002; who was cut off cannot resume. Not kept when the script ends.
     *
     * @param string $userOrIp an IP address when it looks like one, else a user id
     * @param float $seconds 0 = for good, or 0.001 to 31536000
     * @return int connections closed
     * @throws ValueError for seconds out of range, an empty id or one of over 255 bytes
     */
    public function ban(string $userOrIp, float $seconds = 0, string $reason = ""): int {}

    /** Ends a ban. False when there was none. */
    public function unban(string $userOrIp): bool {}

    /**
     * A ticket that says who its bearer is, to be made by the web application (PHP-FPM) that knows: a JSON Web Token (RFC 7519, HS256) that
     * servers with the same option secret take. Needs no server.
     *
     * @param string $secret at least 32 bytes
     * @param int $ttl seconds it is good for, 1 to 31536000
     * @param array $claims more claims; "name" (at most 128 bytes) becomes the display name
     * @throws ValueError for a secret or a user id (1 to 128 bytes of UTF-8) of another length, a ttl out of range, and claims that JSON
     *         cannot hold or that would replace sub, iat or exp
     */
    public static function token(string $userId, string $secret, int $ttl = 60, array $claims = []): string {}

    /**
     * Closes a client with 4000 (do not come back). One that was cut off and could resume for resume_window cannot any
     * more, and leaves the presence of its rooms.
     *
     * @param string $reason UTF-8, at most 123 bytes
     * @return bool false when there is no such client, connected or cut off
     * @throws ValueError for another reason text
     */
    public function kick(string $uid, string $reason = ""): bool {}

    /** The open client of this uid. */
    public function client(string $uid): ?Chatroom\Client {}

    /**
     * All open clients, uid => Chatroom\Client, in the order they came, or those in a room, in no order. Who leaves
     * while one iterates is passed over; who comes is not seen.
     */
    public function clients(?string $room = null): Iterator {}

    /** The number of open clients. */
    public function count(): int {}

    /**
     * Counters and gauges: version, listen (list of URLs, with the ports really bound while running), memory (bytes
     * of PHP's heap), and what /metrics explains one by one (started_at is in Unix ms, 0 when not running):
     * started_at, uptime_ms, clients, connections, users, parked, rooms, history_bytes, max_clients, accepted,
     * handshakes, handshakes_refused, requests, messages_in, messages_dropped, private_messages, messages_repeated,
     * deliveries, errors_sent, resumed, replayed, history_evicted, bytes_in, bytes_out, queued_bytes, held_bytes,
     * messages_compressed_in, messages_compressed_out, bytes_compressed_in, bytes_inflated_in, bytes_compressed_out,
     * bytes_inflated_out, api_calls, api_errors, api_unauthorized, refused_connections, refused_hosts,
     * refused_origins, refused_banned, refused_guests, refused_tickets, tls_errors, refused_heads, refused_rooms,
     * messages_too_big, messages_too_split, timeouts_handshake, timeouts_message, timeouts_ping, timeouts_idle,
     * timeouts_close, timeouts_drain, slow_consumers, over_mem_limit, rate_limited, control_floods, muted, slowed,
     * protocol_errors, out_of_memory, accept_pauses, loop_lag_ms.
     */
    public function stats(): array {}
}
