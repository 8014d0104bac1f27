<?php

/** @generate-class-entries */

namespace Chatroom;

/**
 * One WebSocket client. The object stays the same from its first use to the client's end and may be kept
 * longer: its properties stay readable, sending then returns false.
 *
 * @strict-properties
 * @not-serializable
 */
final class Client
{
    /** The client's UUID (version 4), 36 characters. */
    public readonly string $uid;

    /** The application's user, as onHandshake() named it. */
    public readonly ?string $userId;

    /** A name to show, as onHandshake() gave it. */
    public readonly ?string $name;

    /** The peer's address; "" over a unix socket. */
    public readonly string $ip;

    /** When the WebSocket was opened, Unix time in milliseconds. */
    public readonly int $connectedAt;

    /** The request it came with; null unless onHandshake() or onOpen() was set at that time. */
    public readonly ?Request $request;

    /** The script's own; freed with the object. */
    public mixed $data = null;

    private function __construct() {}

    /**
     * Queues a chat message of the server's own for this client.
     *
     * @param string|array $message as in Chatroom::broadcast()
     * @return bool false when the client is gone or closing
     * @throws \ValueError when the text is not UTF-8 or the array has another shape
     */
    public function send(string|array $message): bool {}

    /**
     * Queues one frame of exactly these bytes.
     *
     * @return bool false when the client is gone or closing
     * @throws \ValueError when a text frame is not UTF-8
     */
    public function sendRaw(string $bytes, bool $binary = false): bool {}

    /**
     * Begins the closing handshake: nothing more is read from the client, onClose() follows.
     *
     * @param int $code 1000 to 1003, 1007 to 1014 or 3000 to 4999, see CloseCode
     * @param string $reason UTF-8, at most 123 bytes
     * @return bool false when the client is gone or closing already
     * @throws \ValueError for another code or reason
     */
    public function close(int $code = 1000, string $reason = ""): bool {}

    /**
     * The same with CloseCode::KICKED: do not come back. In onClose(), of a client that was cut off and could resume: it
     * cannot any more; later Chatroom::kick() does that.
     *
     * @param string $reason UTF-8, at most 123 bytes
     * @return bool false when the client is gone or closing already, and could not have resumed
     * @throws \ValueError for another reason text
     */
    public function kick(string $reason = ""): bool {}

    /**
     * Puts the client into a room; onJoin() is not asked.
     *
     * @param string $room 1 to 255 bytes of UTF-8 without control characters
     * @return bool false when the client is gone or closing, or in rooms_per_client rooms
     * @throws \ValueError for a name that is none
     */
    public function join(string $room): bool {}

    /** Takes the client out of a room. False when it was not in it. */
    public function leave(string $room): bool {}

    /** The names of the rooms it is in, in the order of joining. */
    public function rooms(): array {}

    /** Neither gone nor closing. */
    public function isOpen(): bool {}

    /** Bytes queued for this client that the kernel has not taken yet; 0 when it is gone. */
    public function queuedBytes(): int {}
}
