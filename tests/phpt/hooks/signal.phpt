--TEST--
onSignal(): what clients send each other besides text; Message::$edits
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onSignal(function (Chatroom\Client $client, string $room, string $name, mixed $data) {
    echo json_encode([$room, $name, $data]), "\n";
    return match ($name) {
        'no' => false,
        'why' => throw new Chatroom\Reject('rude', 'not here'),
        'throw' => throw new Exception('oops'),
        'garbage' => 5,
        'leave' => $client->leave('a') ? null : null,
        'yes' => true,
        default => null,
    };
});
$chat->onError(fn ($e) => print(get_class($e) . ': ' . $e->getMessage() . "\n"));
$chat->addFilter(fn (string $text) => str_replace('darn', '****', $text));
$chat->onMessage(function ($client, Chatroom\Message $message): void {
    var_dump([$message->text, $message->edits]);
    try {
        $message->edits = 5;
    } catch (Error $e) {
        echo $e->getMessage(), "\n";
    }
});
clients($chat, <<<'PHP'
$a = v1('{"type":"hello","join":["a"]}');
$b = v1('{"type":"hello","join":["a"]}');
$b->rest_of_it();
foreach (['"null"', '"yes","data":{"x":[1]}', '"no","id":1', '"why","id":2', '"throw","id":3', '"garbage","id":4', '"leave","id":5'] as $signal) {
    $a->text('{"type":"signal","room":"a","name":' . $signal . '}');
}
show(...$a->rest_of_it());
$a->text('{"type":"join","room":"a"}');
$a->text('{"message":"well","room":"a"}');
$a->text('{"type":"edit","room":"a","seq":1,"text":"darn well"}');
$a->rest_of_it();
show(...array_map(fn ($f) => preg_replace('/[0-9a-f-]{36}/', 'UID', $f), $b->rest_of_it()));
PHP);
$chat->run();
?>
--EXPECT--
["a","null",null]
["a","yes",{"x":[1]}]
["a","no",null]
["a","why",null]
["a","throw",null]
Exception: oops
["a","garbage",null]
TypeError: Chatroom::onSignal(): the answer must be of type null or bool, int given
["a","leave",null]
array(2) {
  [0]=>
  string(4) "well"
  [1]=>
  NULL
}
Cannot modify readonly property Chatroom\Message::$edits
array(2) {
  [0]=>
  string(9) "**** well"
  [1]=>
  int(1)
}
Cannot modify readonly property Chatroom\Message::$edits
-- clients --
{"type":"joined","room":"a","epoch":"RANDOM","seq":0,"count":1,"recovered":false}
{"type":"ack","id":1,"time":NOW}
{"type":"error","id":2,"code":"rude","reason":"not here"}
{"type":"ack","id":3,"time":NOW}
{"type":"ack","id":4,"time":NOW}
{"type":"left","room":"a"}
{"type":"error","id":5,"code":"not_joined","reason":"you are not in that room"}
{"type":"signal","room":"a","uid":"UUID","name":"null"}
{"type":"signal","room":"a","uid":"UUID","name":"yes","data":{"x":[1]}}
{"message":"well","uid":"UUID","room":"a","seq":1,"time":NOW}
{"type":"edit","room":"a","seq":1,"uid":"UUID","text":"**** well"}
