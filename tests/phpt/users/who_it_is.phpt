--TEST--
With onHandshake(), too, a client is who its hello says: the ticket's user, the uid it comes back under; whatever the handshake was
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$secret = str_repeat('s', 32);
$chat = new Chatroom(ANY_PORT, ['log' => null, 'secret' => $secret]);
$who = fn (Chatroom\Client $client) => json_encode([$client->userId, $client->name, $client === $chat->client($client->uid), $client->data,
    abs($client->connectedAt - microtime(true) * 1000) < 60000]);
$chat->onHandshake(fn ($request) => $request->header('X-User') === null ? null
    : ['user_id' => $request->header('X-User'), 'name' => 'by handshake', 'data' => 'data of ' . $request->header('X-User')]);
$chat->onOpen(fn ($client) => print("open: {$who($client)}\n"));
$chat->onMessage(function ($client, $message) use ($who): void {
    echo "$message->text: {$who($client)}
";
});
$chat->onClose(fn ($client) => print("close: $client->userId " . strlen($client->uid) . "\n"));
$ticket = fn (string $user) => Chatroom::token($user, $secret, 60, ['name' => "ticket of $user"]);
clients($chat, '$ann = "' . $ticket('ann') . '"; $zoe = "' . $ticket('zoe') . '";' . <<<'PHP'
$a = v1('{"type":"hello","token":"' . $ann . '"}', session: $session);
show(preg_match('/"uid":"([^"]+)".*"user":"ann","name":"ticket of ann"/', $a->raw, $found));
$a->text('{"message":"ticket in hello"}')->rest_of_it();
$resume = fn (array $headers = [], string $path = '/ws') => v1('{"type":"hello","resume":{"session":"' . $session . '"}}', $path, $headers);
$a = $resume();
show(str_contains($a->raw, $found[1]), str_contains($a->raw, '"resumed":true'));
$a->text('{"message":"resumed"}')->rest_of_it();
// a session stays its user's, whoever the new request is
foreach ([[['X-User' => 'bob'], '/ws'], [[], "/ws?token=$zoe"]] as [$headers, $path]) {
    $b = $resume($headers, $path);
    show(str_contains($b->raw, $found[1]), preg_replace('/^.*("user":"[^"]*","name":"[^"]*").*("resumed":\w+).*$/', '$1 $2', $b->raw));
    $b->drop();
}
v1('{"type":"hello"}', "/ws?token=$zoe", ['X-User' => 'bob'])->close();
v1('{"type":"hello"}', '/ws', ['X-User' => 'bob'], $session)->drop();
$resume(['X-User' => 'bob'])->close();
connect('/ws', ['X-User' => 'bob'])->close();
PHP);
$chat->run();
?>
--EXPECT--
open: ["ann","ticket of ann",true,null,true]
ticket in hello: ["ann","ticket of ann",true,null,true]
close: ann 36
open: ["ann","ticket of ann",true,null,true]
resumed: ["ann","ticket of ann",true,null,true]
close: ann 36
open: ["ann","ticket of ann",true,"data of bob",true]
close: ann 36
open: ["ann","ticket of ann",true,"data of bob",true]
close: ann 36
open: ["zoe","ticket of zoe",true,"data of bob",true]
close: zoe 36
open: ["bob","by handshake",true,"data of bob",true]
close: bob 36
open: ["ann","ticket of ann",true,"data of bob",true]
close: ann 36
open: ["bob","by handshake",true,"data of bob",true]
close: bob 36
-- clients --
1
true
true
true
"user":"ann","name":"ticket of ann" "resumed":true
true
"user":"ann","name":"ticket of ann" "resumed":true
