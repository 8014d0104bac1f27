--TEST--
Memory: thousands of messages, requests and clients leave nothing behind
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null]);
$chat->addFilter(fn ($text) => $text . '!')->onMessage(fn ($client, $message) => $message->text)->onOpen(function ($c) { $c->data = str_repeat('x', 10000); });
$chat->onRequest(function () use (&$first, &$last) {
    $first ??= memory_get_usage();
    $last = memory_get_usage();
    return [200, ['X-A' => ['b', 'c']], str_repeat('x', 10000)];
});
$chat->onHandshake(fn () => ['user_id' => 'a', 'name' => 'b', 'data' => []]);
clients($chat, <<<'PHP'
function round_trip(): void
{
    $all = [connect(), connect()];
    for ($i = 0; $i < 50; $i++) {
        $all[0]->say("message $i");
        $all[1]->hear();
    }
    $all[0]->close();
    $all[1]->close();
    http('GET', '/');
}
for ($i = 0; $i < 12; $i++) {
    round_trip();
}
PHP);
$chat->run();
echo $last - $first < 20000 ? "steady\n" : "grew by " . ($last - $first) . "\n";
?>
--EXPECT--
steady
-- clients --
