<?php

/** @generate-class-entries */

namespace Chatroom;

/**
 * An HTTP request: of a client that wants to open a WebSocket, or a plain one.
 *
 * @strict-properties
 * @not-serializable
 */
final class Request
{
    /** As sent, "GET" for instance. */
    public readonly string $method;

    /** As sent (not decoded), without the query. */
    public readonly string $path;

    /** The peer's address; "" over a unix socket. */
    public readonly string $ip;

    /** "" when there is none. */
    public readonly string $body;

    private function __construct() {}

    /** The value of a header, any case; several of the same name are joined with ", ". Null: not there. */
    public function header(string $name): ?string {}

    /** All headers, lower-case name => value. */
    public function headers(): array {}

    /** A cookie's value, URL-decoded; the first of several. Null: not there. */
    public function cookie(string $name): ?string {}

    /** All cookies, name => value. */
    public function cookies(): array {}

    /**
     * A parameter of the query, URL-decoded; the last of several. Always strings: "a[]=1" is the parameter "a[]".
     *
     * @param string|null $name null for all of them, name => value
     * @return string|array|null null: not there
     */
    public function query(?string $name = null): string|array|null {}

    /** The Origin header; null when there is none, as with clients that are not browsers. */
    public function origin(): ?string {}

    /** The WebSocket subprotocols asked for, in the client's order. */
    public function protocols(): array {}
}
