--TEST--
D105: a script that keeps every message and client fills PHP's memory and can give it back; memory_limit ends it in order
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (getenv('USE_ZEND_ALLOC') === '0') die('skip memory_limit needs the Zend allocator'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$script = <<<'PHP'
$a = connect();
for ($i = 0; $i < 2000; $i++) {
    $a->say("$i " . str_repeat('x', 5000));
    if ($i % 100 === 99) {
        $a->close();
        $a = connect();
    }
}
PHP;
final class Hoarder
{
    static array $kept = [];
}
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null, 'history_size' => 0, 'resume_window' => 0]);
$chat->onMessage(function (Chatroom\Client $client, Chatroom\Message $message): void {
    Hoarder::$kept[] = [$client, $message];
});
$first = memory_get_usage();
clients($chat, $script);
$chat->run();
$hoard = memory_get_usage() - $first;
var_dump(count(Hoarder::$kept), $hoard > 10e6, $hoard < 20e6, count($chat));
foreach (Hoarder::$kept as $i => [$client, $message]) { // all as it was, though nobody is there any more
    if (!str_starts_with($message->text, "$i x") || strlen($message->text) < 5000 || $message->uid !== $client->uid || $client->isOpen()) {
        echo "message $i changed\n";
    }
}
Hoarder::$kept = [];
unset($client, $message);
var_dump(memory_get_usage() - $first < 200000);

$script = var_export($script, true);
[$output, $status] = other_php(<<<PHP
    register_shutdown_function(function () { global \$chat; echo 'shutdown, ', count(\$chat), " clients\n"; });
    \$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null]);
    \$chat->onMessage(function (\$client, \$message) { static \$kept = []; \$kept[] = \$message; });
    clients(\$chat, 'error_reporting(0); try {' . $script . '} catch (RuntimeException) {}');
    \$chat->run();
    echo 'unreached';
    PHP, '-d memory_limit=8M');
echo $status, preg_replace('/of \d+ bytes exhausted.*/', 'exhausted', $output);
?>
--EXPECT--
int(2000)
bool(true)
bool(true)
int(0)
bool(true)
255
Fatal error: Allowed memory size exhausted
shutdown, 0 clients
-- clients --
-- clients --
