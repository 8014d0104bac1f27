<?php

/** @generate-class-entries */

namespace Chatroom;

/**
 * A chat message on its way, as onMessage() gets it.
 *
 * @strict-properties
 * @not-serializable
 */
final class Message
{
    /** The text, UTF-8, as the filters left it. To replace it, return another from onMessage(). */
    public string $text;

    /** The sender. */
    public readonly string $uid;

    /** The room it is meant for; null for a private message. */
    public readonly ?string $room;

    /** The receiver of a private message, else null. */
    public readonly ?string $to;

    /** The client's own id of this message, when it gave one. */
    public readonly string|int|null $id;

    /** What the client sent along, when its dialect can carry it. */
    public readonly mixed $data;

    /** The seq of the message whose new text this is; null for a new message. */
    public readonly ?int $edits;

    private function __construct() {}

    /**
     * Queues a chat message of the server's own for the sender.
     *
     * @param string|array $message as in Chatroom::broadcast()
     * @return bool false when the sender is gone or closing
     * @throws \ValueError when the text is not UTF-8 or the array has another shape
     */
    public function reply(string|array $message): bool {}
}
