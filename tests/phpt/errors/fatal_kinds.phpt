--TEST--
D92 D93: E_USER_ERROR, memory in one piece and in many, recursion without end, endless loops, compile errors, in many places
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
    'one huge array' => '$chat->onStart(fn () => array_fill(0, 1 << 26, 1));',
    'many small strings' => '$chat->onStart(function () { for ($all = [], $i = 0; ; $i++) $all[] = "string $i"; });',
    'many small ones in a timer' => '$chat->after(0.001, function () { for ($all = [], $i = 0; ; $i++) $all[] = [$i]; });',
    'an endless loop' => '$chat->onStart(function () { set_time_limit(1); while (true); });',
    'parse error in an include' => '$chat->onStart(fn () => eval("interface I {} class C implements I, I {}"));',
];
$scripts = array_map(fn ($script) => "register_shutdown_function(fn () => print('shutdown'));
    \$chat = new Chatroom(ANY_PORT, ['log' => null]); $script \$chat->run(); echo 'unreached';", $scripts);
foreach (other_phps($scripts, '-d memory_limit=16M') as $name => [$output, $status]) {
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
one huge array: 255 1 shutdown
many small strings: 255 1 shutdown
many small ones in a timer: 255 1 shutdown
an endless loop: 255 1 shutdown
parse error in an include: 255 1 shutdown
