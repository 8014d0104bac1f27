<?php

/** @generate-class-entries */

namespace Chatroom;

/**
 * Thrown by a filter, onMessage(), onHandshake() or onRequest() to refuse, and to say why. It is an answer, not an
 * error: onError() does not see it.
 */
class Reject extends \Exception
{
    /** The code for the client's program; Exception::$code stays 0, since PHP wants a number there. */
    public readonly string $errorCode;

    /** The sentence for the client's user. */
    public readonly string $reason;

    /**
     * @param string $code 1 to 64 of a-z, 0-9 and _
     * @param string $reason UTF-8; also the exception's message (the code, when empty)
     * @throws \ValueError for another code or reason
     */
    public function __construct(string $code = "filtered", string $reason = "") {}

    public function getErrorCode(): string {}

    public function getReason(): string {}
}
