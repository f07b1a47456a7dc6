module licentia/integrate

go 1.19
