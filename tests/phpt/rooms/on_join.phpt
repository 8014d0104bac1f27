--TEST--
onJoin(), onLeave(): who may come in, in what order things are called
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onOpen(function ($client): void {
    show_one('open', $client);
});
$chat->onJoin(function ($client, string $room) {
    show_one("join $room", $client);
    return match (true) {
        $room === 'null' || $room === 'lobby' => null,
        $room === 'true' => true,
        $room === 'false' => false,
        $room === 'reject' => throw new Chatroom\Reject('full', 'no chair left'),
        $room === 'throw' => throw new Exception('oops'),
        default => $room,
    };
});
$chat->onLeave(fn ($client, string $room) => show_one("leave $room", $client));
$chat->onClose(fn ($client) => show_one('close', $client));
$chat->onError(fn ($e) => print(get_class($e) . ': ' . $e->getMessage() . "\n"));
function show_one(string $what, Chatroom\Client $client): void
{
    echo "$what, in ", json_encode($client->rooms()), $client->isOpen() ? '' : ', gone', "\n";
}
clients($chat, <<<'PHP'
$a = v1('{"type":"hello","join":["null","true","false","reject","throw","garbage"]}');
show(...$a->rest_of_it());
$a->text('{"type":"leave","room":"true"}');
show(...$a->rest_of_it());
$a->close();
foreach (['false', 'throw', 'garbage'] as $room) {
    show(connect("/ws?room=$room")->read());
}
$b = connect();
$b->drop();
PHP);
$chat->run();
?>
--EXPECT--
open, in []
join null, in []
join true, in ["null"]
join false, in ["null","true"]
join reject, in ["null","true"]
join throw, in ["null","true"]
Exception: oops
join garbage, in ["null","true"]
TypeError: Chatroom::onJoin(): the answer must be of type null or bool, string given
leave true, in ["null"]
leave null, in [], gone
close, in [], gone
open, in []
join false, in []
close, in [], gone
open, in []
join throw, in []
Exception: oops
close, in [], gone
open, in []
join garbage, in []
TypeError: Chatroom::onJoin(): the answer must be of type null or bool, string given
close, in [], gone
open, in []
join lobby, in []
leave lobby, in [], gone
close, in [], gone
-- clients --
{"type":"joined","room":"null","epoch":"RANDOM","seq":0,"count":1,"recovered":false}
{"type":"joined","room":"true","epoch":"RANDOM","seq":0,"count":1,"recovered":false}
{"type":"error","code":"forbidden","reason":"you may not join this room","room":"false"}
{"type":"error","code":"full","reason":"no chair left","room":"reject"}
{"type":"error","code":"forbidden","reason":"you may not join this room","room":"throw"}
{"type":"error","code":"forbidden","reason":"you may not join this room","room":"garbage"}
{"type":"left","room":"true"}
close 1008 not allowed in this room
close 1008 not allowed in this room
close 1008 not allowed in this room
