--TEST--
Rooms and users: every hook may end, move, ban or silence whomever it likes
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'presence' => true, 'presence_grace' => 0.01, 'resume_window' => 0.05,
    'rate_limit' => null]);
$actions = [
    'close' => fn (?Chatroom\Client $client) => $client?->close(4100, 'x'),
    'kick' => fn (?Chatroom\Client $client) => $client?->kick('x'),
    'leave' => fn (?Chatroom\Client $client) => array_map(fn ($room) => $client->leave($room), $client?->rooms() ?? []),
    'join' => fn (?Chatroom\Client $client) => $client?->join('another') ?: $client?->leave('another'),
    'close room' => fn () => [$chat->closeRoom('a'), $chat->closeRoom('b'), $chat->closeRoom('lobby')],
    'kick user' => fn () => $chat->kickUser('u'),
    'ban' => fn () => [$chat->ban('u', 0.01), $chat->unban('u')],
    'ban address' => fn () => [$chat->ban('127.0.0.1'), $chat->unban('127.0.0.1')],
    'mute' => fn () => [$chat->mute('u', 0.005), $chat->setSlowMode('a', 0.001), $chat->setSlowMode('a', 0)],
    'send' => fn (?Chatroom\Client $client) => [$chat->sendToRoom(['a', 'b'], 'x'), $chat->sendToUser('u', 'x'), $chat->broadcast('x'),
        $client?->send('x')],
    'edit' => fn () => [$chat->editMessage('a', 1, 'x'), $chat->deleteMessage('a', 1), $chat->history('a')],
    'switch' => fn () => [$chat->setRoomOptions('a', ['presence' => false]), $chat->setRoomOptions('a', ['presence' => true, 'history_size' => 1])],
    'throw' => fn () => throw new Exception('x'),
];
[$hook, $action, $did, $open, $depth] = ['', '', [], 0, 0];
$act = function (string $where, ?Chatroom\Client $client = null) use (&$hook, &$action, &$did, &$depth, $actions): void {
    if ($where === $hook && $depth < 2) { // closeRoom() in onLeave calls onLeave
        $depth++;
        $did["$hook $action"] = true;
        try {
            $actions[$action]($client);
        } finally {
            $depth--;
        }
    }
};
$chat->onHandshake(function (Chatroom\Request $request) use (&$hook, &$action, $act) {
    if ($do = $request->header('X-Do')) {
        [$hook, $action] = explode('|', $do);
    }
    $act('onHandshake');
    return $request->header('X-User') ?? true;
});
$chat->onOpen(function ($client) use ($act, &$open): void {
    $open++;
    $act('onOpen', $client);
});
$chat->onClose(function ($client) use ($act, &$open): void {
    $open--;
    $act('onClose', $client);
});
$chat->onJoin(fn ($client) => $act('onJoin', $client));
$chat->onLeave(fn ($client) => $act('onLeave', $client));
$chat->onMessage(fn ($client) => $act('onMessage', $client));
$chat->addFilter(fn ($text, $client) => $act('addFilter', $client));
$chat->onOnline(fn () => $act('onOnline'));
$chat->onOffline(fn () => $act('onOffline'));
$errors = 0;
$chat->onError(function () use (&$errors): void {
    $errors++;
});
$chat->onRequest(fn () => json_encode(array_keys($actions)));
clients($chat, <<<'PHP'
$actions = json_decode(explode("\r\n\r\n", http('GET', '/'), 2)[1]);
foreach (['onHandshake', 'onOpen', 'onJoin', 'onMessage', 'addFilter', 'onLeave', 'onClose', 'onOnline', 'onOffline'] as $hook) {
    foreach ($actions as $action) {
        try {
            $bystander = connect('/ws?room=a', ['X-Do' => $hook === 'onOnline' ? "$hook|$action" : 'no|no']);
            $twin = v1('{"type":"hello","join":["a","b"]}', headers: ['X-User' => 'u']);
            $one = v1('{"type":"hello","join":["a"]}', headers: ['X-Do' => "$hook|$action", 'X-User' => 'u'], session: $session);
            $one->together(
                fn () => $one->text('{"message":"one","id":1}'), fn () => $one->text('{"type":"join","room":"b"}'),
                fn () => $one->text('{"message":"two","room":"b"}'), fn () => $one->text('{"message":"psst","to":"user:u"}'),
                fn () => $one->text('{"type":"edit","room":"a","seq":1,"text":"x"}'), fn () => $one->text('{"type":"leave","room":"a"}'));
            $one->rest_of_it();
            $one->drop();
            $again = v1('{"type":"hello","resume":{"session":"' . $session . '","seq":{"a":0,"b":0}}}', headers: ['X-User' => 'u']);
            $again->rest_of_it();
            $again->close();
            $bystander->say('x');
            $twin->close();
            $bystander->close();
            usleep($hook === 'onOnline' ? 60000 : 0); // until it is offline
        } catch (RuntimeException $e) {
            continue; // refused: banned by the hook
        }
    }
}
PHP);
$chat->run();
foreach (['onHandshake', 'onOpen', 'onJoin', 'onMessage', 'addFilter', 'onLeave', 'onClose', 'onOnline', 'onOffline'] as $hook) {
    foreach ($actions as $action => $_) {
        echo isset($did["$hook $action"]) ? '' : "$hook never did $action\n";
    }
}
var_dump($open, $errors >= 9, $chat->stats()['users'], $chat->stats()['parked'], $chat->stats()['rooms']);
?>
--EXPECT--
int(0)
bool(true)
int(0)
int(0)
int(0)
-- clients --
