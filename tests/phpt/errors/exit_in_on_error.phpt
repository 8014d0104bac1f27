--TEST--
D91: exit() in onError(), in a timer and in the log ends run()
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('VALGRIND_OPTS')) die('skip a server for each line: minutes under valgrind, and the part asan has it'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$scripts = [
    'onError' => '$chat->onError(fn () => exit(3)); $chat->onStart(fn () => throw new Exception);',
    'timer' => '$chat->after(0.001, fn () => exit(4));',
    'log' => '$chat = new Chatroom(ANY_PORT, ["log" => fn () => exit(5)]);',
    'log under a broadcast' => '$chat = new Chatroom(ANY_PORT, ["callback_warn_ms" => 1,
        "log" => fn ($level) => $level === "warning" ? exit(6) : null]); $chat->onStart(fn () => usleep(20000));',
    'destructor' => 'class D { function __destruct() { exit(7); } }
        $d = new D; $id = $chat->every(1000, function () use ($d) {}); unset($d);
        $chat->onStart(function () use ($chat, $id) { $chat->cancel($id); echo "unreached"; });',
    'error handler' => 'set_error_handler(fn () => exit(8)); $chat->onStart(fn () => throw new Exception);',
    '__toString' => 'class E extends Exception { function __toString(): string { exit(9); } }
        $chat->onStart(fn () => throw new E);',
];
foreach ($scripts as $name => $script) {
    [$output, $status] = other_php("\$chat = new Chatroom(ANY_PORT, ['log' => null]); $script \$chat->run(); echo 'unreached';");
    echo "$name: $status $output\n";
}
?>
--EXPECT--
onError: 3 
timer: 4 
log: 5 
log under a broadcast: 6 
destructor: 7 
error handler: 8 
__toString: 9 
