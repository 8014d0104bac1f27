--TEST--
The log: a file is appended to, one line a record, and the level is kept
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$file = tempnam(sys_get_temp_dir(), 'chatroom');
file_put_contents($file, "before\n");
foreach (['info', 'error'] as $level) {
    $chat = new Chatroom(ANY_PORT, ['log' => $file, 'log_level' => $level]);
    $chat->after(0.001, fn () => $chat->stop());
    $chat->run();
}
echo file_get_contents($file);
unlink($file);
?>
--EXPECTF--
before
%d-%d-%dT%d:%d:%dZ chatroom info: chatroom %s listens on ws://127.0.0.1:%d/ws; page http://127.0.0.1:%d/; holds %d clients
