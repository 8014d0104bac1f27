<?php

/** @generate-class-entries */

namespace Chatroom;

/** The world's faults: cannot bind, cannot open, out of memory, not under the CLI, already running. */
class Exception extends \Exception
{
}
