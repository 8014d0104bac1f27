--TEST--
D93: E_USER_ERROR, recursion without end and compile errors, in every place: status 255
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('USE_ZEND_ALLOC') === '0') die('skip memory_limit needs the Zend allocator'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$scripts = [
    'E_USER_ERROR in onStart' => '$chat->onStart(fn () => trigger_error("x", E_USER_ERROR));',
    'in a timer' => '$chat->after(0.001, fn () => trigger_error("x", E_USER_ERROR));',
    'in onStop' => '$chat->onStop(fn () => trigger_error("x", E_USER_ERROR)); $chat->after(0.01, fn () => $chat->stop());',
    'in onError' => '$chat->onError(fn () => trigger_error("x", E_USER_ERROR)); $chat->onStart(fn () => throw new Exception);',
    'in the log' => '$chat = new Chatroom(ANY_PORT, ["log" => fn () => trigger_error("x", E_USER_ERROR)]);',
    'in the log under a method' => '$chat = new Chatroom(ANY_PORT, ["log" => fn () => trigger_error("x", E_USER_ERROR),
        "log_level" => "warning", "callback_warn_ms" => 1]); $chat->onStart(fn () => usleep(20000));',
    'in a destructor' => 'class D { function __destruct() { trigger_error("x", E_USER_ERROR); } }
        $d = new D; $id = $chat->every(1000, function () use ($d) {}); unset($d);
        $chat->onStart(function () use ($chat, $id) { $chat->cancel($id); echo "unreached"; });',
    'recursion' => 'function f($a) { f([$a, str_repeat("x", 1000)]); } $chat->onStart(fn () => f(1));',
    'parse error in an include' => '$chat->onStart(fn () => eval("interface I {} class C implements I, I {}"));',
];
foreach ($scripts as $name => $script) {
    [$output, $status] = other_php("register_shutdown_function(fn () => print('shutdown'));
        \$chat = new Chatroom(ANY_PORT, ['log' => null]); $script \$chat->run(); echo 'unreached';", '-d memory_limit=16M');
    echo "$name: $status ", substr_count($output, 'Fatal error:'), ' ', str_contains($output, 'unreached') ? 'went on' : '',
        substr($output, -8), "\n";
}
?>
--EXPECT--
E_USER_ERROR in onStart: 255 1 shutdown
in a timer: 255 1 shutdown
in onStop: 255 1 shutdown
in onError: 255 1 shutdown
in the log: 255 1 shutdown
in the log under a method: 255 1 shutdown
in a destructor: 255 1 shutdown
recursion: 255 1 shutdown
parse error in an include: 255 1 shutdown
