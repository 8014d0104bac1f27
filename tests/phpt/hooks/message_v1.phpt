--TEST--
onMessage() and v1: id, data, room, to; the same object for edits; replies
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onMessage(function (Chatroom\Client $client, Chatroom\Message $message) {
    echo json_encode([$message->text, $message->room, $message->to === $client->uid ? 'me' : $message->to, $message->id, $message->data,
        $message->uid === $client->uid]), ' ', gettype($message->id), "\n";
    if ($message->text === 'reply') {
        var_dump($message->reply(['message' => 'replied', 'data' => ['x' => 1]]));
    }
    if ($message->text === 'reject') {
        throw new Chatroom\Reject('rude', 'mind your words');
    }
    return $message->text === 'wrong' ? 5 : null;
});
$chat->onError(fn ($e) => print(get_class($e) . "\n"));
clients($chat, <<<'PHP'
$a = v1('{"type":"hello","join":["a"]}');
$a->read();
foreach (['{"message":"int","id":5}', '{"message":"big","id":9007199254740992}', '{"message":"string","id":"\u00e9\\/"}', '{"message":"none"}',
    '{"message":"data","data":{"a":[1,2.5,null,{"b":"\ud83d\ude00"}],"":true}}', '{"message":"list","data":[]}', '{"message":"null","data":null}', '{"message":"deep","data":' . str_repeat('[', 20) . str_repeat(']', 20) . '}',
    '{"message":"to","to":"user:x","id":7}', '{"message":"reply"}', '{"message":"reject","id":1}', '{"message":"wrong","id":2}', '{"type":"edit","room":"a","seq":1,"text":"edited","id":3}'] as $text) {
    $a->text($text);
    show(...$a->rest_of_it());
}
PHP);
$chat->run();
?>
--EXPECT--
["int","a",null,5,null,true] integer
["big","a",null,9007199254740992,null,true] integer
["string","a",null,"\u00e9\/",null,true] string
["none","a",null,null,null,true] NULL
["data","a",null,null,{"a":[1,2.5,null,{"b":"\ud83d\ude00"}],"":true},true] NULL
["list","a",null,null,[],true] NULL
["null","a",null,null,null,true] NULL
["deep","a",null,null,[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],true] NULL
["to",null,"user:x",7,null,true] integer
["reply","a",null,null,null,true] NULL
bool(true)
["reject","a",null,1,null,true] integer
["wrong","a",null,2,null,true] integer
TypeError
["edited","a",null,3,null,true] integer
-- clients --
{"type":"ack","id":5,"room":"a","seq":1,"time":NOW}
{"type":"ack","id":9007199254740992,"room":"a","seq":2,"time":NOW}
{"type":"ack","id":"\u00e9\/","room":"a","seq":3,"time":NOW}
{"type":"error","id":7,"code":"no_such_user","reason":"nobody is online under that user id"}
{"message":"replied","uid":"00000000-0000-0000-0000-000000000000","private":true,"time":NOW,"data":{"x":1}}
{"type":"error","id":1,"code":"rude","reason":"mind your words"}
{"type":"ack","id":2,"time":NOW}
{"type":"ack","id":3,"room":"a","seq":1,"time":NOW}
