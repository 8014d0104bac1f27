--TEST--
D93: set_time_limit() ends an endless callback
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('USE_ZEND_ALLOC') === '0') die('skip a fatal error leaves what only the Zend allocator frees'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
register_shutdown_function(function () { echo "shutdown\n"; });
$chat->after(0.001, function () {
    set_time_limit(1);
    while (true);
});
$chat->run();
echo "unreached\n";
?>
--EXPECTF--

Fatal error: Maximum execution time of 1 second exceeded in %s on line %d
shutdown
