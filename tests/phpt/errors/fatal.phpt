--TEST--
D93: a fatal error in a callback ends run() in order: sockets closed, shutdown functions run
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('USE_ZEND_ALLOC') === '0') die('skip a fatal error leaves what only the Zend allocator frees'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
register_shutdown_function(function () { global $chat; echo 'shutdown, ', count($chat), " clients\n"; });
$chat->addFilter(function ($text) {
    eval('class Twice {} class Twice {}');
});
$chat->onClose(function () { echo "onClose\n"; });
$chat->onStop(function () { echo "onStop\n"; });
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
$a->together(fn ($a) => $a->say('x'), fn ($a) => $a->say('y'));
show($a->read(), $b->read());
PHP);
$chat->run();
echo "unreached\n";
?>
--EXPECTF--

Fatal error: Cannot %sclass Twice%s in %s on line %d
shutdown, 0 clients
-- clients --
eof
eof
