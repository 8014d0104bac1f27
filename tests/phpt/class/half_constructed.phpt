--TEST--
D111: an object caught in its own constructor does not crash
--EXTENSIONS--
chatroom
--FILE--
<?php
/* the log's callable is looked up by an autoloader, which sees the object in the backtrace */
spl_autoload_register(function () use (&$half): void {
    $half = debug_backtrace()[1]['object'] ?? debug_backtrace()[2]['object'] ?? $half;
});
try {
    new Chatroom('ws://127.0.0.1:0/ws', ['log' => ['NoSuchClass', 'method']]);
} catch (TypeError $e) {
    echo $e->getMessage(), "\n";
}
foreach (['run', 'stop', 'count', 'stats', 'clients'] as $method) {
    try {
        $half?->$method();
        echo "$method: done\n";
    } catch (Error $e) {
        echo "$method: ", $e->getMessage(), "\n";
    }
}
?>
--EXPECT--
option "log" must be of type string, callable or null, array given
run: The Chatroom object has not been constructed
stop: The Chatroom object has not been constructed
count: The Chatroom object has not been constructed
stats: The Chatroom object has not been constructed
clients: The Chatroom object has not been constructed
