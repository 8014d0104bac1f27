--TEST--
D90: exceptions whose __toString() throws or exits, and ones thrown with a previous
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Odd extends Exception
{
    public function __toString(): string
    {
        throw new LogicException('not even that');
    }
}
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onStart(fn () => throw new Odd('odd'));
$chat->onStop(function () {
    try {
        throw new LogicException('inner');
    } finally {
        throw new RuntimeException('outer');
    }
});
$chat->after(0.001, fn () => $chat->stop());
$chat->run();
echo "done\n";
?>
--EXPECTF--

Warning: Chatroom::onStart(): Uncaught Odd
  thrown in %s on line %d

Warning: Chatroom::onStop(): Uncaught LogicException: inner in %s:%d
Stack trace:
#0 [internal function]: {closure%S}(Object(Chatroom))
#1 %s(%d): Chatroom->run()
#2 {main}

Next RuntimeException: outer in %s:%d
Stack trace:
#0 [internal function]: {closure%S}(Object(Chatroom))
#1 %s(%d): Chatroom->run()
#2 {main}
  thrown in %s on line %d
done
