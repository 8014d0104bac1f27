--TEST--
D94: in every callback that has a client it can be closed; what is done with it then does nothing, and there is one onClose()
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/tour.inc';
foreach (callbacks() as $callback) {
    $done = $closes = [];
    $tour = new Tour($callback, function (Chatroom $chat, ...$arguments) use (&$done) {
        $clients = array_filter($arguments, fn ($one) => $one instanceof Chatroom\Client);
        foreach ($clients as $client) {
            $client->data = (object) ['big' => str_repeat('x', 1000)];
            $closed = $client->close(4001, 'enough');
            $done[] = json_encode([$closed, $client->isOpen(), $client->close(), $client->kick(), $client->send('late'), $client->sendRaw('late'),
                $client->join('b'), $client->leave('a'), $client->rooms(), $chat->sendTo($client->uid, 'late'), $chat->kick($client->uid),
                $chat->client($client->uid), strlen($client->data->big)]);
            $client->data = null;
        }
    });
    $chat = $tour->chat;
    if ($callback === 'onError') {
        $chat->onOpen(fn () => throw new Exception);
    } elseif ($callback !== 'onClose') {
        $chat->onClose(function (Chatroom\Client $client, int $code, string $reason) use (&$closes) {
            $closes[$client->uid][] = "$code $reason";
        });
    }
    $tour->run();
    if ($done = array_unique($done)) {
        echo "$callback: ", implode(' ', $done), "\n";
        $all = array_merge(...array_values($closes));
        sort($all);
        echo count($all) === count($closes) ? '' : 'more than one each: ', implode(', ', array_unique($all)), '; ';
        echo count($chat), ' clients, ', $chat->stats()['users'], ' users, ', $chat->stats()['rooms'], ' rooms', "\n";
    }
}
?>
--EXPECT--
onOpen: [true,false,false,false,false,false,false,false,[],0,false,null,1000]
4001 enough; 0 clients, 0 users, 0 rooms
onMessage: [true,false,false,false,false,false,false,false,[],0,false,null,1000]
1000 , 1003 binary messages are not accepted, 1007 not JSON, 4001 enough; 0 clients, 0 users, 0 rooms
onSignal: [true,false,false,false,false,false,false,false,[],0,false,null,1000]
1000 , 1003 binary messages are not accepted, 1007 not JSON, 4001 enough; 0 clients, 0 users, 0 rooms
onText: [true,false,false,false,false,false,false,false,[],0,false,null,1000]
1003 binary messages are not accepted, 4001 enough; 0 clients, 0 users, 0 rooms
onBinary: [true,false,false,false,false,false,false,false,[],0,false,null,1000]
1000 , 1007 not JSON, 4001 enough; 0 clients, 0 users, 0 rooms
onJoin: [true,false,false,false,false,false,false,false,[],0,false,null,1000]
4001 enough; 0 clients, 0 users, 0 rooms
onLeave: [false,false,false,false,false,false,false,false,[],0,false,null,1000]
1000 , 1003 binary messages are not accepted, 1007 not JSON; 0 clients, 0 users, 0 rooms
onClose: [false,false,false,false,false,false,false,false,[],0,false,null,1000]
; 0 clients, 0 users, 0 rooms
onError: [true,false,false,false,false,false,false,false,[],0,false,null,1000]
; 0 clients, 0 users, 0 rooms
addFilter: [true,false,false,false,false,false,false,false,[],0,false,null,1000]
1000 , 1003 binary messages are not accepted, 1007 not JSON, 4001 enough; 0 clients, 0 users, 0 rooms
