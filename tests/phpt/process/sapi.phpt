--TEST--
run(): refused outside the command line
--EXTENSIONS--
chatroom
--FILE--
<?php
/* PHP's built-in web server: a SAPI that every build has and that serves web requests */
$script = tempnam(sys_get_temp_dir(), 'chatroom');
file_put_contents($script, '<?php try { (new Chatroom("ws://127.0.0.1:0/ws"))->run(); echo "it served\n"; }'
    . ' catch (Chatroom\Exception $e) { echo $e->getMessage(), "\n"; }');
$probe = stream_socket_server('tcp://127.0.0.1:0');
$address = stream_socket_get_name($probe, false);
fclose($probe);
$command = 'exec ' . escapeshellarg(PHP_BINARY) . ' ' . getenv('TEST_PHP_EXTRA_ARGS') . " -S $address $script";
$server = proc_open($command, [1 => ['file', '/dev/null', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
for ($i = 0; $i < 300 && !($answer = @file_get_contents("http://$address/")); $i++) {
    usleep(100000);
}
echo $answer;
proc_terminate($server, 9); // not asked to end: under valgrind it would be asked for its leaks, PHP's own
proc_close($server);
unlink($script);
?>
--EXPECT--
Chatroom::run() works under PHP's command line only (SAPI cli, this is cli-server): a web request must not become a server
