--TEST--
onText() and onBinary(): frames as they are, past the JSON chat
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->addFilter(function () { echo "a filter saw it\n"; });
$chat->onText(function (Chatroom\Client $client, string $text) {
    echo 'text ', $text, "\n";
    return false; // nothing to answer here
});
clients($chat, <<<'PHP'
$ws = connect();
$ws->text('{"message":"x"}')->text('')->text('不是 JSON')->binary("\0\1");
show($ws->read());
PHP);
$chat->run();
$chat->onText(null)->onBinary(function (Chatroom\Client $client, string $bytes) {
    $client->sendRaw(strrev($bytes), true);
});
clients($chat, <<<'PHP'
$ws = connect();
show($ws->binary("\0\1\2")->read(), $ws->binary('')->read(), $ws->text('no JSON')->read());
PHP);
$chat->run();
?>
--EXPECTF--
text {"message":"x"}
text 
text 不是 JSON
-- clients --
close 1003 %s
-- clients --
binary 020100
binary 
close 1007 %s
