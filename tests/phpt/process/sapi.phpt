--TEST--
run(): refused outside the command line
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (!is_executable(dirname(PHP_BINARY) . '/php-cgi') && !is_executable('/usr/bin/phpdbg')) die('skip neither php-cgi nor phpdbg'); ?>
--FILE--
<?php
$other = is_executable('/usr/bin/phpdbg') ? '/usr/bin/phpdbg -qrr' : dirname(PHP_BINARY) . '/php-cgi -q';
$script = tempnam(sys_get_temp_dir(), 'chatroom');
file_put_contents($script, '<?php try { (new Chatroom)->run(); } catch (Chatroom\Exception $e) { echo $e->getMessage(), "\n"; }');
passthru("$other " . getenv('TEST_PHP_EXTRA_ARGS') . " $script");
unlink($script);
?>
--EXPECTF--
Chatroom::run() works under PHP's command line only (SAPI cli, this is %s): a web request must not become a server
