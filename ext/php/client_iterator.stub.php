<?php

/** @generate-class-entries */

namespace Chatroom;

/**
 * What Chatroom::clients() returns: a snapshot of uids, of which only those still open are seen.
 *
 * @strict-properties
 * @not-serializable
 */
final class ClientIterator implements \Iterator
{
    private function __construct() {}

    public function current(): ?Client {}

    /** The client's uid. */
    public function key(): ?string {}

    public function next(): void {}

    public function rewind(): void {}

    public function valid(): bool {}
}
