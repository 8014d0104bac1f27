--TEST--
Options: open_basedir holds for the log and the folder of files
--EXTENSIONS--
chatroom
--INI--
open_basedir=.
--FILE--
<?php
foreach (['public' => '/etc', 'log' => '/tmp/chatroom-not-allowed.log'] as $name => $value) {
    try {
        new Chatroom(options: [$name => $value]);
        echo "$name: accepted\n";
    } catch (ValueError | Chatroom\Exception $e) {
        echo get_class($e), "\n";
    }
}
?>
--EXPECTF--

Warning: %Sopen_basedir restriction in effect%s
ValueError

Warning: %Sopen_basedir restriction in effect%s
Chatroom\Exception
