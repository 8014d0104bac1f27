--TEST--
D101: a fiber cannot be switched in a callback, and run() inside a fiber works
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onStart(function () {
    foreach ([fn () => Fiber::suspend(), fn () => (new Fiber(fn () => null))->start()] as $switch) {
        try {
            $switch();
            echo "switched\n";
        } catch (FiberError $e) {
            echo $e->getMessage(), "\n";
        }
    }
});
$chat->after(0.001, fn () => $chat->stop());
$fiber = new Fiber(function () use ($chat) {
    $chat->run();
    echo "run() returned\n";
    Fiber::suspend();
    echo "resumed\n";
});
$fiber->start();
$fiber->resume();
?>
--EXPECT--
Cannot switch fibers in current execution context
Cannot switch fibers in current execution context
run() returned
resumed
