--TEST--
D92 D93: memory_limit in a callback ends run() in order
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('USE_ZEND_ALLOC') === '0') die('skip memory_limit needs the Zend allocator'); ?>
--INI--
memory_limit=12M
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
register_shutdown_function(function () { global $chat; echo 'shutdown, ', count($chat), " clients\n"; });
$chat->addFilter(function ($text) {
    $all = [];
    while (true) {
        $all[] = str_repeat('x', 100000);
    }
});
$chat->onClose(function () { echo "onClose\n"; });
clients($chat, <<<'PHP'
$a = connect();
$a->say('x')->say('y');
show($a->read());
PHP);
$chat->run();
echo "unreached\n";
?>
--EXPECTF--

Fatal error: Allowed memory size of %d bytes exhausted%s in %s on line %d
shutdown, 0 clients
-- clients --
eof
