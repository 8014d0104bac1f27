--TEST--
D92 K54: memory_limit met in the extension's own allocation ends run() in order
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('USE_ZEND_ALLOC') === '0') die('skip memory_limit needs the Zend allocator'); ?>
--INI--
memory_limit=16M
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'max_message_size' => 4 << 20, 'rate_limit' => null]);
register_shutdown_function(function () { echo "shutdown\n"; });
$kept = [];
$chat->onText(function ($client, $text) use (&$kept) {
    $kept[] = $text;
});
clients($chat, <<<'PHP'
$a = connect();
for ($i = 0; $i < 12; $i++) {
    $a->text(str_repeat('x', 2 << 20));
}
show($a->read());
PHP);
$chat->run();
echo "unreached\n";
?>
--EXPECTF--

Fatal error: Allowed memory size of %d bytes exhausted%s in %s on line %d
shutdown
-- clients --
eof
