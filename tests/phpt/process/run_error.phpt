--TEST--
run(): what the world refuses is a Chatroom\Exception, and the object can be used again
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$taken = stream_socket_server('tcp://127.0.0.1:0');
$address = stream_socket_get_name($taken, false);
$chat = new Chatroom("ws://$address/ws", ['log' => null]);
$chat->onStart(function () use ($chat) { echo "onStart\n"; $chat->stop(); });
$chat->onStop(function () { echo "onStop\n"; });
try {
    $chat->run();
} catch (Chatroom\Exception $e) {
    echo str_replace($address, 'ADDRESS', $e->getMessage()), "\n";
}
fclose($taken);
$chat->run();
echo "done\n";
?>
--EXPECTF--
%SADDRESS%SAddress already in use%S
onStart
onStop
done
