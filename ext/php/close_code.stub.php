<?php

/** @generate-class-entries */

namespace Chatroom;

/**
 * Close codes. 4000 to 4099: do not come back; 4100 to 4199: come back, with backoff; 4200 to 4299: come back at once.
 *
 * @strict-properties
 * @not-serializable
 */
final class CloseCode
{
    /** @var int */
    const NORMAL = 1000;
    /** @var int */
    const GOING_AWAY = 1001;
    /** @var int */
    const PROTOCOL_ERROR = 1002;
    /**
     * A kind of data that is not accepted.
     * @var int
     */
    const UNSUPPORTED_DATA = 1003;
    /**
     * Never sent: the peer closed without a code.
     * @var int
     */
    const NO_STATUS = 1005;
    /**
     * Never sent: the connection broke.
     * @var int
     */
    const ABNORMAL = 1006;
    /**
     * Not UTF-8, not JSON.
     * @var int
     */
    const INVALID_DATA = 1007;
    /** @var int */
    const POLICY_VIOLATION = 1008;
    /** @var int */
    const TOO_BIG = 1009;
    /** @var int */
    const INTERNAL_ERROR = 1011;
    /** @var int */
    const SERVICE_RESTART = 1012;
    /** @var int */
    const TRY_LATER = 1013;
    /** @var int */
    const KICKED = 4000;
    /** @var int */
    const SIGNED_IN_ELSEWHERE = 4001;
    /** @var int */
    const BANNED = 4002;
    /** @var int */
    const AUTH_FAILED = 4003;
    /** @var int */
    const OVER_CAPACITY = 4100;
    /**
     * More waited for the client than send_queue_limit.
     * @var int
     */
    const SLOW_CONSUMER = 4101;
    /** @var int */
    const RATE_LIMITED = 4102;
    /** @var int */
    const RESTART = 4200;
    /** @var int */
    const PING_TIMEOUT = 4201;
    /** @var int */
    const RESUMED_ELSEWHERE = 4202;

    private function __construct() {}
}
