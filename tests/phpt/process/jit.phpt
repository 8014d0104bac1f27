--TEST--
D112: the same with opcache's JIT
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (!@glob(ini_get('extension_dir') . '/opcache.so')) die('skip no opcache'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
[$output, $status] = other_php(<<<'OUTER'
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null]);
$n = 0;
$chat->addFilter(function (string $text, Chatroom\Client $client) use (&$n) {
    $n++;
    if ($text === 'throw') {
        throw new LogicException('thrown');
    }
    return strrev($text);
});
$chat->onError(function (Throwable $e) { echo $e->getMessage(), "\n"; });
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
for ($i = 0; $i < 300; $i++) {
    $a->say($i % 100 === 50 ? 'throw' : "abc $i");
}
for ($i = 0; $i < 297; $i++) {
    $last = $b->hear();
}
show($last);
PHP);
$chat->run();
echo "$n calls\n";
OUTER, '-d zend_extension=opcache.so -d opcache.enable_cli=1 -d opcache.jit=tracing -d opcache.jit_buffer_size=16M -d opcache.jit_hot_func=2');
echo $output, $status, "\n";
?>
--EXPECT--
thrown
thrown
thrown
300 calls
-- clients --
992 cba
0
