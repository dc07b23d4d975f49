:code_end
