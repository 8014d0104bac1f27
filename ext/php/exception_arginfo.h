/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 93b5bdd36d620a52d999fb8574088a8d38ead892 */




static const zend_function_entry class_Chatroom_Exception_methods[] = {
	ZEND_FE_END
};

static zend_class_entry *register_class_Chatroom_Exception(zend_class_entry *class_entry_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Chatroom", "Exception", class_Chatroom_Exception_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Exception);

	return class_entry;
}
