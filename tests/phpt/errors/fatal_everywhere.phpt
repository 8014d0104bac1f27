--TEST--
D92 D93 K20: a fatal error and memory_limit in any callback end run() in order: status 255, sockets closed, shutdown functions run
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('USE_ZEND_ALLOC') === '0') die('skip memory_limit needs the Zend allocator'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/tour.inc';
$ends = [
    'a fatal error' => 'trigger_error("x", E_USER_ERROR)', // a longjmp
    'one huge string' => 'strlen(str_repeat("x", 1 << 30))', // with PHP 8.2 an exception of a kind, later a longjmp
];
foreach ($ends as $what => $end) {
    $scripts = [];
    foreach (callbacks() as $callback) {
        $scripts[$callback] = <<<PHP
            require 'TOUR';
            register_shutdown_function(function () { global \$tour; echo 'shutdown, ', \$tour->isGone() ? 'gone, ' : 'still there, ',
                count(\$tour->chat), ' clients'; });
            \$tour = new Tour('$callback', function () { \$keeps = [\$GLOBALS, new DateTime, str_repeat('x', 100)]; $end; });
            \$tour->run();
            echo 'unreached';
            PHP;
    }
    foreach (other_phps(str_replace('TOUR', __DIR__ . '/../inc/tour.inc', $scripts), '-d memory_limit=32M') as $callback => [$output, $status]) {
        echo "$callback, $what: $status ", preg_replace(['/^\s*Fatal error: .*/', '/\n/'], ['Fatal error: ', ''], $output), "\n";
    }
}
?>
--EXPECT--
onHandshake, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onOpen, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onMessage, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onSignal, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onText, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onBinary, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onJoin, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onLeave, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onOnline, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onOffline, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onClose, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onRequest, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onError, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onStart, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onStop, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
addFilter, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
every, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
after, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
log, a fatal error: 255 Fatal error: shutdown, gone, 0 clients
onHandshake, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onOpen, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onMessage, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onSignal, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onText, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onBinary, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onJoin, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onLeave, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onOnline, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onOffline, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onClose, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onRequest, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onError, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onStart, one huge string: 255 Fatal error: shutdown, gone, 0 clients
onStop, one huge string: 255 Fatal error: shutdown, gone, 0 clients
addFilter, one huge string: 255 Fatal error: shutdown, gone, 0 clients
every, one huge string: 255 Fatal error: shutdown, gone, 0 clients
after, one huge string: 255 Fatal error: shutdown, gone, 0 clients
log, one huge string: 255 Fatal error: shutdown, gone, 0 clients
