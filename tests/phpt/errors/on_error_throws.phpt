--TEST--
D90: what onError() throws is a warning, and so is what an error handler makes an exception of
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->addFilter(fn () => throw new LogicException('first'));
$chat->onError(fn () => throw new RuntimeException('second'));
clients($chat, <<<'PHP'
$a = connect();
$a->say('x');
show($a->close());
PHP);
$chat->run();
echo "-- an error handler that throws\n";
set_error_handler(function ($code, $message) { throw new ErrorException(strtok($message, "\n"), $code); });
$chat->onError(null);
clients($chat, <<<'PHP'
$a = connect();
$a->say('x');
show($a->close());
PHP);
$chat->run();
echo "still set: ", get_debug_type(set_error_handler(null)), "\n";
?>
--EXPECTF--

Warning: Chatroom::onError(): Uncaught RuntimeException: second in %s:%d
Stack trace:
#0 [internal function]: {closure%S}(Object(LogicException), Object(Chatroom\Client))
#1 %s(%d): Chatroom->run()
#2 {main}
  thrown in %s on line %d
-- an error handler that throws

Warning: Chatroom::addFilter(): Uncaught LogicException: first in %s:%d
Stack trace:
#0 [internal function]: {closure%S}('x', Object(Chatroom\Client))
#1 %s(%d): Chatroom->run()
#2 {main}
  thrown in %s on line %d
still set: Closure
-- clients --
close 1000
-- clients --
close 1000
