--TEST--
D90: without onError() what a callback throws is a warning that names the callback
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->addFilter(function ($text) {
    if ($text === 'one') {
        throw new LogicException('bad');
    }
    return $text === 'two' ? intdiv(1, 0) : null;
});
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
$a->say('one')->say('two')->say('three');
show($b->hear());
PHP);
$chat->run();
?>
--EXPECTF--

Warning: Chatroom::addFilter(): Uncaught LogicException: bad in %swarning.php:6
Stack trace:
#0 [internal function]: {closure%S}('one', Object(Chatroom\Client))
#1 %swarning.php(16): Chatroom->run()
#2 {main}
  thrown in %swarning.php on line 6

Warning: Chatroom::addFilter(): Uncaught DivisionByZeroError: Division by zero in %swarning.php:8
Stack trace:
#0 %swarning.php(8): intdiv(1, 0)
#1 [internal function]: {closure%S}('two', Object(Chatroom\Client))
#2 %swarning.php(16): Chatroom->run()
#3 {main}
  thrown in %swarning.php on line 8
-- clients --
three
